from exoprobe.datasets.orl import build_orl
from exoprobe.logs import log_to

log_to(snakemake.log[0])
build_orl(snakemake.input.images, snakemake.output[0], **snakemake.params.cfg)

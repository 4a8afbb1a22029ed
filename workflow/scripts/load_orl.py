from exoprobe.datasets.orl import load_orl
from exoprobe.logs import log_to

log_to(snakemake.log[0])
load_orl(snakemake.output[0], **snakemake.params.cfg)

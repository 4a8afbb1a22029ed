from exoprobe.datasets.rotated_digits import build_rotated_digits
from exoprobe.logs import log_to

log_to(snakemake.log[0])
build_rotated_digits(snakemake.input.digits, snakemake.output[0], **snakemake.params.cfg)

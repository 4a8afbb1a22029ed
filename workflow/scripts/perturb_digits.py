from exoprobe.datasets.perturbed_digits import build_perturbed_digits
from exoprobe.logs import log_to

log_to(snakemake.log[0])
build_perturbed_digits(snakemake.input.digits, snakemake.output[0], **snakemake.params.cfg)

from exoprobe.datasets.celeba import build_celeba
from exoprobe.logs import log_to

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
build_celeba(cfg["folder"], snakemake.output[0], bad_images=cfg["bad_images"], threads=snakemake.threads)

from exoprobe.datasets.celeba_download import download_celeba
from exoprobe.logs import log_to

log_to(snakemake.log[0])
download_celeba(**snakemake.params.cfg)

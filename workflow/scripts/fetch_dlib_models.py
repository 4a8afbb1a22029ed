from exoprobe.logs import log_to
from exoprobe.networks.dlib_models import fetch_dlib_models

log_to(snakemake.log[0])
fetch_dlib_models(snakemake.output)

from exoprobe.embeddings.adapters.dlib_models import fetch_dlib_models
from exoprobe.logs import log_to

log_to(snakemake.log[0])
fetch_dlib_models(snakemake.output)

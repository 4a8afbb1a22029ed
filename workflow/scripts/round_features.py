from exoprobe.features.feature_file import round_features
from exoprobe.logs import log_to

log_to(snakemake.log[0])
round_features(snakemake.input[0], snakemake.output[0])

from exoprobe.datasets.landmarks import detect_landmarks
from exoprobe.datasets.shards import BATCH
from exoprobe.logs import log_to

log_to(snakemake.log[0], f"shard {snakemake.wildcards.shard}")
detect_landmarks(
    snakemake.input.samples,
    predictor=snakemake.input.predictor,
    path=snakemake.output[0],
    shard=int(snakemake.wildcards.shard),
    batch=BATCH,
    **snakemake.params.cfg,
)

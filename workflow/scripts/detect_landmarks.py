from exoprobe.datasets.landmarks import detect_landmarks
from exoprobe.logs import log_to

log_to(snakemake.log[0], f"shard {snakemake.wildcards.shard}")
cfg = snakemake.params.cfg
detect_landmarks(
    snakemake.input.samples,
    images=cfg["images"] or snakemake.input.archive,
    predictor=snakemake.input.predictor,
    path=snakemake.output[0],
    shard=int(snakemake.wildcards.shard),
    shards=cfg["shards"],
)

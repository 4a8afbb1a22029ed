from exoprobe.compute import prepare
from exoprobe.embeddings.adapters.registry import load_adapter
from exoprobe.embeddings.image_features import extract_shard
from exoprobe.logs import log_to

log_to(snakemake.log[0], f"{snakemake.wildcards.network} shard {snakemake.wildcards.shard}")
prepare(snakemake.threads)
cfg = snakemake.params.cfg
weights = snakemake.input.weights or cfg["weights"]
extract_shard(
    snakemake.input.samples,
    landmarks=snakemake.input.landmarks,
    path=snakemake.output[0],
    images=cfg["images"] or snakemake.input.archive,
    adapter=load_adapter(cfg["network"], weights, cfg["seed"]),
    weights=weights,
    shard=int(snakemake.wildcards.shard),
    shards=cfg["shards"],
    code_digest=cfg["code_digest"],
    device=cfg["device"],
)

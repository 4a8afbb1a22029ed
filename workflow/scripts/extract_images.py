from exoprobe.compute import prepare
from exoprobe.embeddings.adapters.registry import load_adapter
from exoprobe.embeddings.image_features import extract_shard, write_notes
from exoprobe.logs import log_to

log_to(snakemake.log[0], f"{snakemake.wildcards.network} shard {snakemake.wildcards.shard}")
prepare(snakemake.threads)
cfg = dict(snakemake.params.cfg)
weights = snakemake.input.weights or None
adapter = load_adapter(cfg.pop("network"), weights, cfg.pop("seed"))
extract_shard(
    snakemake.input.samples,
    landmarks=snakemake.input.landmarks or None,
    path=snakemake.output.features,
    adapter=adapter,
    weights=weights,
    shard=int(snakemake.wildcards.shard),
    **cfg,
)
write_notes(snakemake.output.notes, snakemake.wildcards.network, adapter)

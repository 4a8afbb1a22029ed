from exoprobe.compute import prepare
from exoprobe.features.face_features import extract_face_part
from exoprobe.logs import log_to
from exoprobe.networks.registry import load_adapter

log_to(snakemake.log[0], f"{snakemake.wildcards.network} part {snakemake.wildcards.part}")
prepare(snakemake.threads)
cfg = dict(snakemake.params.cfg)
weights = cfg.pop("weights")
extract_face_part(
    snakemake.input.samples,
    landmarks=snakemake.input.landmarks,
    path=snakemake.output[0],
    adapter=load_adapter(cfg.pop("network"), weights, cfg.pop("seed")),
    weights=weights,
    part=int(snakemake.wildcards.part),
    **cfg,
)

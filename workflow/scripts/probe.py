from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.probes.probe_data import open_representation
from exoprobe.probes.run import probe
from exoprobe.training.head import load_head

log_to(snakemake.log[0], " ".join(snakemake.wildcards))
prepare(snakemake.threads)
cfg, files = snakemake.params.cfg, snakemake.input
source = open_representation(
    files.samples,
    files.factors,
    files.features,
    head=load_head(files.weights) if files.get("weights") else None,
    memory_mb=snakemake.resources.mem_mb,
    device=cfg["device"],
)
probe(source, dict(snakemake.output.items()), probes=cfg["probes"], erase=cfg.get("erase", ()))

from exoprobe.compute import prepare
from exoprobe.evaluation.erasure_effect import erasure_tables
from exoprobe.evaluation.tables import write_tables
from exoprobe.logs import log_to
from exoprobe.probes.probe_data import open_representation

log_to(snakemake.log[0], snakemake.wildcards.representation)
prepare(snakemake.threads)
cfg, files = snakemake.params.cfg, snakemake.input
source = open_representation(
    files.samples, files.factors, files.features, memory_mb=snakemake.resources.mem_mb, device=cfg["device"]
)
tables = erasure_tables(source, files.samples, files.factors, cfg["probes"], label_is_group=cfg["label_is_group"])
write_tables(tables, dict(snakemake.output.items()))

from exoprobe.compute import prepare
from exoprobe.evaluation.erasure_choice import choose_erasures
from exoprobe.evaluation.erasure_effect import erasure_tables
from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.evaluation.tables import write_tables
from exoprobe.logs import log_to
from exoprobe.probes.probe_data import open_representation

log_to(snakemake.log[0], snakemake.wildcards.representation)
prepare(snakemake.threads)
cfg, files = snakemake.params.cfg, snakemake.input
source = open_representation(
    files.samples, files.factors, files.features, memory_mb=snakemake.resources.mem_mb, device=cfg["device"]
)
dataset, is_control = (files.samples, files.factors), snakemake.wildcards.representation in cfg["controls"]
probe_files = ProbeFiles(files.predictions, files.searches, [], is_control)
paths = dict(snakemake.output.items())
tables = erasure_tables(
    source, *dataset, cfg["probes"],
    erase=choose_erasures(cfg["erase"], *dataset, probe_files, cfg["margin"]),
    label_is_group=cfg["label_is_group"], label=cfg["label"], folder=paths.pop("erasers"),
)  # fmt: skip
write_tables(tables, paths)

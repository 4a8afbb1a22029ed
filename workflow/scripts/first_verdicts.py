from pathlib import Path

from exoprobe.evaluation.probe_files import by_representation
from exoprobe.first_verdicts import write_first_verdicts
from exoprobe.logs import log_to

log_to(snakemake.log[0])
cfg, files = snakemake.params.cfg, snakemake.input
kinds = "predictions", "searches", "selectivities", "features"
probes = by_representation(cfg["seeds"], *(files[kind] for kind in kinds), cfg["controls"])
described = Path(files.described[0]).parent
write_first_verdicts(files.samples, files.factors, probes, described, snakemake.output[0], **cfg["judged"])

from itertools import chain, islice

from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.user_dataset import build_audit, write_audit
from exoprobe.io.locations import stored_at
from exoprobe.logs import log_to

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
files = stored_at(chain(*cfg["files"].values()), snakemake.input.features)
sources = {name: list(islice(files, len(seeds))) for name, seeds in cfg["files"].items()}
data = build_audit(snakemake.input.table, sources, Roles(**cfg["roles"]), rows=cfg["rows"], seed=cfg["seed"])
write_audit(data, snakemake.output.samples, snakemake.output.factors, snakemake.output.notes)

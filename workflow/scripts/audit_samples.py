from itertools import chain, islice

from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.user_dataset import build_audit, write_audit
from exoprobe.evaluation.permutation_count import count_tests, permutation_count
from exoprobe.io.locations import stored_at
from exoprobe.logs import log_to

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
files = stored_at(chain(*cfg["files"].values()), snakemake.input.features)
sources = {name: list(islice(files, len(seeds))) for name, seeds in cfg["files"].items()}
data = build_audit(snakemake.input.table, sources, Roles(**cfg["roles"]), rows=cfg["rows"], seed=cfg["seed"])
# Not of params: with other permutations nothing is joined, and nothing probed, again.
permutation_count(count_tests(len(data.factors), cfg["controls"]), snakemake.config["audit"]["permutations"])
write_audit(data, snakemake.output.samples, snakemake.output.factors, snakemake.output.notes)

from exoprobe.compute import prepare
from exoprobe.evaluation.tables import write_tables
from exoprobe.evaluation.unseen_identities import unseen_identities
from exoprobe.logs import log_to

log_to(snakemake.log[0])
prepare(snakemake.threads)
cfg = snakemake.params.cfg
files = iter(snakemake.input.features)
runs = {(variant, seed): [next(files) for _ in range(count)] for variant, seed, count in cfg["runs"]}
settings = {key: cfg[key] for key in ("folds", "split_seed", "enrolled")}
table = unseen_identities(snakemake.input.samples, runs, **settings)
write_tables({"table": table}, {"table": snakemake.output[0]})

from exoprobe.compute import prepare
from exoprobe.evaluation.tables import write_tables
from exoprobe.evaluation.unseen_digits import unseen_digits
from exoprobe.logs import log_to

log_to(snakemake.log[0])
prepare(snakemake.threads)
cfg = snakemake.params.cfg
runs, reference = (
    dict(zip(map(tuple, cfg["runs"]), files, strict=True))
    for files in (snakemake.input.runs, snakemake.input.reference)
)
settings = {key: cfg[key] for key in ("trained", "enrolled")}
table = unseen_digits(snakemake.input.samples, runs, reference, **settings)
write_tables({"table": table}, {"table": snakemake.output[0]})

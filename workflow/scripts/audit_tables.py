from exoprobe.evaluation.audit_scores import audit_scores
from exoprobe.evaluation.probe_files import by_representation
from exoprobe.evaluation.tables import join_tables, write_tables
from exoprobe.logs import log_to

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
files = [snakemake.input.predictions, snakemake.input.searches, snakemake.input.selectivities]
files = by_representation(cfg["seeds"], *files, cfg["controls"])
tables = audit_scores(
    snakemake.input.samples,
    snakemake.input.factors,
    files,
    margin=cfg["margin"],
    permutations=cfg["permutations"],
)
write_tables({**tables, **join_tables(cfg["seeds"], snakemake.input.described)}, dict(snakemake.output.items()))

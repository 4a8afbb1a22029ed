from exoprobe.evaluation.association import association_table
from exoprobe.evaluation.audit_scores import audit_scores
from exoprobe.evaluation.beyond_verdicts import judge_beyond
from exoprobe.evaluation.maps import mapped_values
from exoprobe.evaluation.predictable_rows import row_tables
from exoprobe.evaluation.predicted_values import predicted_table
from exoprobe.evaluation.probe_files import by_representation
from exoprobe.evaluation.release_change import group_errors
from exoprobe.evaluation.roc import roc_table
from exoprobe.evaluation.shift_verdicts import judge_shift
from exoprobe.evaluation.subgroups import subgroup_table
from exoprobe.evaluation.tables import join_tables, write_tables
from exoprobe.logs import log_to

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
dataset = snakemake.input.samples, snakemake.input.factors
kinds = "predictions", "searches", "selectivities", "features"
files = [snakemake.input[kind] for kind in kinds]
files = by_representation(cfg["seeds"], *files, cfg["controls"])
described = join_tables(cfg["seeds"], snakemake.input.described)
judged = {"margin": cfg["margin"], "permutations": cfg["permutations"]}
tables = {
    **described,
    **audit_scores(*dataset, files, described["sensitivity"], **judged),
    **predicted_table(*dataset, files),
    **roc_table(*dataset, files),
    **row_tables(*dataset, described["rows"]),
    **group_errors(*dataset, files),
    **subgroup_table(*dataset, files),
    **mapped_values(*dataset),
    **association_table(*dataset, label=cfg["label"], group=cfg["group"]),
}
tables["beyond"] = judge_beyond(tables["beyond"], tables["verdicts"], cfg["controls"], cfg["margin"])
tables["shift"] = judge_shift(tables["shift"], cfg["controls"], cfg["margin"])
write_tables(tables, dict(snakemake.output.items()))

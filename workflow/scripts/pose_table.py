from exoprobe.datasets.sample_factors import pose_source
from exoprobe.evaluation.pose_errors import pose_errors
from exoprobe.evaluation.score import read_scores
from exoprobe.logs import log_to
from exoprobe.plots.pose_table import write_pose_tables

log_to(snakemake.log[0])
errors = pose_errors(read_scores(snakemake.input.scores))
source = pose_source(snakemake.input.factors)
write_pose_tables(errors, dict(snakemake.output.items()), source=source, **snakemake.params.cfg)

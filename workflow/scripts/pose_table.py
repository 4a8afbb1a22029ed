from exoprobe.evaluation.pose_errors import pose_errors
from exoprobe.logs import log_to
from exoprobe.plots.pose_table import write_pose_tables

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
errors = pose_errors(dict(zip(cfg["names"], snakemake.input.predictions, strict=True)))
write_pose_tables(errors, dict(snakemake.output.items()), names=cfg["names"], about=cfg["about"])

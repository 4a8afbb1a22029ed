from exoprobe.evaluation.pose_errors import pose_errors
from exoprobe.evaluation.score import read_scores
from exoprobe.evaluation.trade_off import trade_off
from exoprobe.logs import log_to
from exoprobe.plots.probe_errors import draw_probe_errors

log_to(snakemake.log[0])
digits, faces = trade_off(read_scores(snakemake.input.digits)), pose_errors(read_scores(snakemake.input.faces))
draw_probe_errors(digits, faces, dict(snakemake.output.items()), **snakemake.params.cfg)

from exoprobe.evaluation.score import read_scores
from exoprobe.logs import log_to
from exoprobe.plots.digit_errors import draw_digit_errors

log_to(snakemake.log[0])
scores = read_scores(snakemake.input.scores)
draw_digit_errors(scores, dict(snakemake.output.items()), caption=snakemake.params.cfg["caption"])

from exoprobe.evaluation.attribute_errors import attribute_errors
from exoprobe.evaluation.score import read_scores
from exoprobe.logs import log_to
from exoprobe.plots.attribute_errors import draw_attribute_errors

log_to(snakemake.log[0])
cfg = dict(snakemake.params.cfg)
errors = attribute_errors(read_scores(snakemake.input.scores), cfg.pop("attributes"))
draw_attribute_errors(errors, dict(snakemake.output.items()), **cfg)

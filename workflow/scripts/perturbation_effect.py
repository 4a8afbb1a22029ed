from exoprobe.evaluation.perturbation_effect import perturbation_effect
from exoprobe.evaluation.score import read_scores
from exoprobe.logs import log_to
from exoprobe.plots.perturbation_effect import draw_perturbation_effect

log_to(snakemake.log[0])
effect = perturbation_effect(read_scores(snakemake.input.scores))
draw_perturbation_effect(effect, dict(snakemake.output.items()), **snakemake.params.cfg)

from exoprobe.evaluation.perturbation_effect import perturbation_effect
from exoprobe.logs import log_to
from exoprobe.plots.perturbation_effect import draw_perturbation_effect

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
runs = [tuple(run) for run in cfg["runs"]]
effect = perturbation_effect(
    dict(zip(runs, snakemake.input.predictions, strict=True)), dict(zip(runs, snakemake.input.grids, strict=True))
)
shown = {name: cfg[name] for name in ("names", "among", "about")}
draw_perturbation_effect(effect, dict(snakemake.output.items()), **shown)

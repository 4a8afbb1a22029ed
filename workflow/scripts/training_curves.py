from exoprobe.logs import log_to
from exoprobe.plots.training_curves import draw_training_curves

log_to(snakemake.log[0])
runs = map(tuple, snakemake.params.cfg["runs"])
histories = dict(zip(runs, snakemake.input.histories, strict=True))
draw_training_curves(histories, dict(snakemake.output.items()), about=snakemake.params.cfg["about"])

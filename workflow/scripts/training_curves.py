from exoprobe.figures.training_curves import draw_training_curves
from exoprobe.logs import log_to

log_to(snakemake.log[0])
runs = map(tuple, snakemake.params.cfg["runs"])
histories = dict(zip(runs, snakemake.input.histories, strict=True))
draw_training_curves(histories, dict(snakemake.output.items()), about=snakemake.params.cfg["about"])

from exoprobe.logs import log_to
from exoprobe.plots.angle_prediction import draw_angle_prediction

log_to(snakemake.log[0])
runs = map(tuple, snakemake.params.cfg["runs"])
predictions = dict(zip(runs, snakemake.input.predictions, strict=True))
paths = dict(snakemake.output.items())
draw_angle_prediction(snakemake.input.samples, predictions, paths, caption=snakemake.params.cfg["caption"])

from exoprobe.logs import log_to
from exoprobe.plots.scree import draw_scree

log_to(snakemake.log[0])
runs = map(tuple, snakemake.params.cfg["runs"])
features = dict(zip(runs, snakemake.input.features, strict=True))
draw_scree(snakemake.input.samples, features, dict(snakemake.output.items()), about=snakemake.params.cfg["about"])

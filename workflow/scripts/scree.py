from exoprobe.figures.scree import draw_scree
from exoprobe.logs import log_to

log_to(snakemake.log[0])
runs = map(tuple, snakemake.params.cfg["runs"])
features = dict(zip(runs, snakemake.input.features, strict=True))
draw_scree(snakemake.input.samples, features, dict(snakemake.output.items()), about=snakemake.params.cfg["about"])

from exoprobe.logs import log_to
from exoprobe.plots.pair_topology import draw_pair_topology

log_to(snakemake.log[0])
draw_pair_topology(snakemake.input.samples, dict(snakemake.output.items()), model=snakemake.params.cfg["model"])

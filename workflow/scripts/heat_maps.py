from exoprobe.logs import log_to
from exoprobe.plots.heat_maps import draw_heat_maps

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
draw_heat_maps(
    snakemake.input.samples,
    dict(zip(cfg["models"], snakemake.input.features, strict=True)),
    dict(snakemake.output.items()),
    about=cfg["about"],
    block_diagonal=cfg["block_diagonal"],
)

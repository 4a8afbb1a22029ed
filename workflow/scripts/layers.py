from exoprobe.evaluation.layers import layer_table
from exoprobe.logs import log_to
from exoprobe.plots.layers import draw_layers

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
runs = [tuple(run) for run in cfg["runs"]]
predictions, grids = (
    dict(zip(runs, files, strict=True)) for files in (snakemake.input.predictions, snakemake.input.grids)
)
table = layer_table(predictions, grids)
draw_layers(table, dict(snakemake.output.items()), layers=cfg["layers"], titles=cfg["titles"], about=cfg["about"])

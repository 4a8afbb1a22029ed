from exoprobe.evaluation.advantages import advantages
from exoprobe.evaluation.tables import write_tables
from exoprobe.evaluation.trade_off import over_seeds, trade_off
from exoprobe.logs import log_to
from exoprobe.plots.trade_off import draw_trade_off

log_to(snakemake.log[0])
cfg, paths = snakemake.params.cfg, dict(snakemake.output.items())
runs = [tuple(run) for run in cfg["runs"]]
predictions, grids = (
    dict(zip(runs, files, strict=True)) for files in (snakemake.input.predictions, snakemake.input.grids)
)
table = trade_off(predictions, grids)
summary = over_seeds(table)
tables = {"summary": summary, "advantages": advantages(table, cfg["reference"])}
write_tables(tables, {name: paths.pop(name) for name in tables})
draw_trade_off(table, summary, paths, titles=cfg["titles"], alike=cfg["alike"], about=cfg["about"])

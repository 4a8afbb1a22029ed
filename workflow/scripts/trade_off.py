from exoprobe.evaluation.score import read_scores
from exoprobe.evaluation.trade_off import advantages, over_seeds, trade_off
from exoprobe.io.files import write_table
from exoprobe.logs import log_to
from exoprobe.plots.trade_off import draw_trade_off

log_to(snakemake.log[0])
cfg, paths = snakemake.params.cfg, dict(snakemake.output.items())
table = trade_off(read_scores(snakemake.input.scores))
summary = over_seeds(table)
write_table(summary, paths.pop("summary"))
write_table(advantages(table, cfg["reference"]), paths.pop("advantages"))
draw_trade_off(table, summary, paths, titles=cfg["titles"], alike=cfg["alike"], caption=cfg["caption"])

from exoprobe.evaluation.score import read_scores
from exoprobe.evaluation.trade_off import layer_table
from exoprobe.logs import log_to
from exoprobe.plots.layers import draw_layers

log_to(snakemake.log[0])
draw_layers(layer_table(read_scores(snakemake.input.scores)), dict(snakemake.output.items()), **snakemake.params.cfg)

from exoprobe.logs import log_to
from exoprobe.plots.digit_errors import draw_digit_errors

log_to(snakemake.log[0])
runs = map(tuple, snakemake.params.cfg["runs"])
predictions = dict(zip(runs, snakemake.input.predictions, strict=True))
draw_digit_errors(predictions, dict(snakemake.output.items()), about=snakemake.params.cfg["about"])

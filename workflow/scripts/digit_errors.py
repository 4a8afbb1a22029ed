from exoprobe.figures.digit_errors import draw_digit_errors
from exoprobe.logs import log_to

log_to(snakemake.log[0])
runs = map(tuple, snakemake.params.cfg["runs"])
draw_digit_errors(dict(zip(runs, snakemake.input.predictions, strict=True)), dict(snakemake.output.items()))

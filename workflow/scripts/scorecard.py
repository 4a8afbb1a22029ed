from exoprobe.analysis.scorecard import build_scorecard, write_scorecard
from exoprobe.logs import log_to

log_to(snakemake.log[0])
runs = map(tuple, snakemake.params.cfg["runs"])
card = build_scorecard(dict(zip(runs, snakemake.input.predictions, strict=True)))
write_scorecard(card, snakemake.output.csv, snakemake.output.html)

from exoprobe.analysis.scorecard import build_scorecard, write_scorecard
from exoprobe.logs import log_to

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
runs = map(tuple, cfg["runs"])
predictions = dict(zip(runs, snakemake.input.predictions, strict=True))
card = build_scorecard(predictions, dataset=cfg["dataset"])
write_scorecard(card, snakemake.output.csv, snakemake.output.html, about=cfg["about"])

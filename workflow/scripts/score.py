from exoprobe.evaluation.score import Run, score_runs
from exoprobe.logs import log_to

log_to(snakemake.log[0])
cfg, files = snakemake.params.cfg, snakemake.input
inputs = zip(files.samples, files.factors, files.predictions, files.search, strict=True)
runs = [Run(tuple(key), *paths) for key, paths in zip(cfg["runs"], inputs, strict=True)]
score_runs(runs, snakemake.output[0], subsets=cfg["subsets"])

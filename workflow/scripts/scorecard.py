import pandas as pd

from exoprobe.evaluation.digit_intervals import digit_intervals
from exoprobe.evaluation.scorecard import build_scorecard, face_quantities, write_scorecard
from exoprobe.evaluation.tables import write_tables
from exoprobe.logs import log_to
from exoprobe.training.metadata import training_devices

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
runs = map(tuple, cfg["runs"])
predictions = dict(zip(runs, snakemake.input.predictions, strict=True))
digits = build_scorecard(predictions, dataset=cfg["dataset"])
poses = pd.read_csv(snakemake.input.poses)
faces = face_quantities(cfg["faces"], pd.read_csv(snakemake.input.attributes), poses)
about = f"{cfg['about']}, yaw by {poses['estimator'].iloc[0]}; trained on {training_devices(snakemake.input.weights)}"
write_tables({"intervals": digit_intervals(predictions)}, {"intervals": snakemake.output.intervals})
write_scorecard(pd.concat([digits, faces]), snakemake.output.csv, snakemake.output.html, about=about)

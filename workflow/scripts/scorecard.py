import pandas as pd

from exoprobe.datasets.sample_factors import pose_source
from exoprobe.evaluation import scorecard
from exoprobe.evaluation.attribute_errors import attribute_errors
from exoprobe.evaluation.pose_errors import pose_errors
from exoprobe.evaluation.score import read_scores
from exoprobe.io.files import write_table
from exoprobe.logs import log_to
from exoprobe.report.scorecard import write_scorecard
from exoprobe.training.metadata import training_devices

log_to(snakemake.log[0])
cfg, files = snakemake.params.cfg, snakemake.input
digits, faces = read_scores(files.digits), read_scores(files.faces)
quantities = scorecard.digit_quantities(digits)
constant = scorecard.constant_angle_rmse(digits)
ours = scorecard.build_scorecard(quantities, constant, dataset=cfg["dataset"], angles=cfg["angles"])
theirs = scorecard.face_quantities(cfg["faces"], attribute_errors(faces, cfg["attributes"]), pose_errors(faces))
caption = f"{cfg['caption']}, yaw by {pose_source(files.factors)}; trained on {training_devices(files.weights)}"
write_table(quantities, snakemake.output.intervals)
card = scorecard.judge_scorecard(pd.concat([ours, theirs]))
write_scorecard(card, snakemake.output.csv, snakemake.output.html, caption=caption)

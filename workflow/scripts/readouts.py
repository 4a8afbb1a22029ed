from exoprobe.evaluation.pose_errors import pose_errors_by_readout
from exoprobe.evaluation.trade_off import trade_off
from exoprobe.logs import log_to
from exoprobe.plots.readouts import draw_readouts

log_to(snakemake.log[0])
cfg, files = snakemake.params.cfg, snakemake.input
runs = [tuple(run) for run in cfg["runs"]]
digits = trade_off(dict(zip(runs, files.predictions, strict=True)), dict(zip(runs, files.grids, strict=True)))
faces = pose_errors_by_readout(dict(zip(cfg["representations"], files.poses, strict=True)))
titles = {"variants": cfg["variants"], "representations": cfg["representations"]}
draw_readouts(digits, faces, dict(snakemake.output.items()), **titles, about=cfg["about"])

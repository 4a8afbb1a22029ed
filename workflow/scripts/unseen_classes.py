import pandas as pd

from exoprobe.logs import log_to
from exoprobe.plots.unseen_classes import draw_unseen_classes

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
tables = dict(zip(cfg["names"], map(pd.read_parquet, snakemake.input), strict=True))
draw_unseen_classes(
    tables,
    dict(snakemake.output.items()),
    names=cfg["names"],
    controls=cfg["controls"],
    caption=cfg["caption"],
)

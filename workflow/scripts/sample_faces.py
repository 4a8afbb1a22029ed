from exoprobe.datasets.sample_factors import pose_source
from exoprobe.logs import log_to
from exoprobe.plots.sample_faces import draw_sample_faces

log_to(snakemake.log[0])
cfg, files = snakemake.params.cfg, snakemake.input
draw_sample_faces(
    files.samples,
    images=cfg["images"] or files.archive,
    landmarks=files.landmarks,
    factors=files.factors,
    predictions=files.predictions,
    paths=dict(snakemake.output.items()),
    shown=cfg["shown"],
    seed=cfg["seed"],
    caption=f"{cfg['caption']}; yaw: {pose_source(files.factors)}",
)

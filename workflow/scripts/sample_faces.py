from exoprobe.logs import log_to
from exoprobe.plots.sample_faces import draw_sample_faces

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
draw_sample_faces(
    snakemake.input.samples,
    images=cfg["images"] or snakemake.input.archive,
    landmarks=snakemake.input.landmarks,
    attributes=snakemake.input.attributes,
    pose=snakemake.input.pose,
    paths=dict(snakemake.output.items()),
    shown=cfg["shown"],
    seed=cfg["seed"],
    about=cfg["about"],
)

from exoprobe.figures.sample_faces import draw_sample_faces
from exoprobe.logs import log_to

log_to(snakemake.log[0])
draw_sample_faces(
    snakemake.input.samples,
    landmarks=snakemake.input.landmarks,
    attributes=snakemake.input.attributes,
    pose=snakemake.input.pose,
    paths=dict(snakemake.output.items()),
    **snakemake.params.cfg,
)

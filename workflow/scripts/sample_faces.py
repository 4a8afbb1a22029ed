from exoprobe.figures.sample_faces import draw_sample_faces
from exoprobe.logs import log_to

log_to(snakemake.log[0])
draw_sample_faces(
    snakemake.input.samples,
    snakemake.input.images,
    snakemake.input.landmarks,
    snakemake.input.attributes,
    snakemake.input.pose,
    dict(snakemake.output.items()),
    **snakemake.params.cfg,
)

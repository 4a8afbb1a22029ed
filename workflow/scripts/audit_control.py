from exoprobe.embeddings.random_projection import project_images
from exoprobe.logs import log_to

log_to(snakemake.log[0])
cfg = dict(snakemake.params.cfg)
folder = cfg.pop("folder")
project_images(
    folder or snakemake.input.images,
    snakemake.input.table,
    snakemake.input.samples,
    snakemake.input.features[0],
    snakemake.output[0],
    **cfg,
)

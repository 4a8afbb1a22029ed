from exoprobe.datasets.poses import write_poses
from exoprobe.logs import log_to

log_to(snakemake.log[0])
write_poses(
    snakemake.input.samples,
    snakemake.input.landmarks,
    snakemake.output[0],
    annotations=snakemake.input.annotations or None,
)

from exoprobe.logs import log_to
from exoprobe.probes.pose import probe_pose

log_to(snakemake.log[0])
probe_pose(
    snakemake.input.samples,
    snakemake.input.poses,
    snakemake.input.features,
    snakemake.output.predictions,
    snakemake.output.grid,
)

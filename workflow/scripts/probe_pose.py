from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.probes.pose import probe_pose

log_to(snakemake.log[0])
prepare(snakemake.threads)
probe_pose(
    snakemake.input.samples,
    snakemake.input.poses,
    snakemake.input.features,
    snakemake.output.predictions,
    snakemake.output.grid,
    memory_mb=snakemake.resources.mem_mb,
)

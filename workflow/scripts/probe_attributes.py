from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.probes.attributes import probe_attributes

log_to(snakemake.log[0], f"{snakemake.wildcards.network} {snakemake.wildcards.layer}")
prepare(snakemake.threads)
probe_attributes(
    snakemake.input.samples,
    snakemake.input.features,
    snakemake.output.predictions,
    snakemake.output.grid,
    memory_mb=snakemake.resources.mem_mb,
    **snakemake.params.cfg,
)

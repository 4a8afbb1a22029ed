from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.probes.factors import probe_factors

log_to(snakemake.log[0], snakemake.wildcards.representation)
prepare(snakemake.threads)
probe_factors(
    snakemake.input.samples,
    snakemake.input.factors,
    snakemake.input.features,
    dict(snakemake.output.items()),
    memory_mb=snakemake.resources.mem_mb,
    **snakemake.params.cfg,
)

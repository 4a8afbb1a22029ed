from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.probes.invariance import probe_invariance

log_to(snakemake.log[0], f"{snakemake.wildcards.variant} {snakemake.wildcards.layer}")
prepare(snakemake.threads)
probe_invariance(
    snakemake.input.samples,
    snakemake.input.features,
    snakemake.output.predictions,
    snakemake.output.grid,
    **snakemake.params.cfg,
)

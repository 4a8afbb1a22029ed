from exoprobe.datasets.sample_factors import write_sample_factors
from exoprobe.logs import log_to

log_to(snakemake.log[0])
write_sample_factors(
    snakemake.input.samples,
    snakemake.output[0],
    poses=snakemake.input.get("poses") or None,
    **snakemake.params.cfg,
)

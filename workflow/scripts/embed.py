from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.training.triplet import apply_embedding

log_to(snakemake.log[0])
prepare(snakemake.threads)
apply_embedding(
    snakemake.input.samples,
    snakemake.input.features,
    snakemake.input.weights,
    snakemake.output[0],
    **snakemake.params.cfg,
)

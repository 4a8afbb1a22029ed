from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.training.triplet import train_embedding

log_to(snakemake.log[0], "triplet embedding")
prepare(snakemake.threads)
train_embedding(
    snakemake.input.samples,
    snakemake.input.features,
    snakemake.output.weights,
    snakemake.output.history,
    **snakemake.params.cfg,
)

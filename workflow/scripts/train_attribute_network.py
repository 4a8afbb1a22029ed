from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.training.attribute_training import train_attribute_network

log_to(snakemake.log[0], "attribute network")
prepare(snakemake.threads)
train_attribute_network(
    snakemake.input.samples,
    landmarks=snakemake.input.landmarks,
    weights=snakemake.output.weights,
    history=snakemake.output.history,
    **snakemake.params.cfg,
)

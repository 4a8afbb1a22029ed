from exoprobe.compute import prepare
from exoprobe.embeddings.extraction import extract_features
from exoprobe.logs import log_to
from exoprobe.training.stored_network import load_network

log_to(snakemake.log[0], f"{snakemake.wildcards.run} seed {snakemake.wildcards.seed}")
prepare(snakemake.threads)
extract_features(
    snakemake.input.samples,
    snakemake.input.weights,
    snakemake.output[0],
    network=load_network(snakemake.input.weights),
    layer=snakemake.wildcards.layer,
    **snakemake.params.cfg,
)

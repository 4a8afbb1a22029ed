from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.training.digit_networks import train_digit_network

log_to(snakemake.log[0], f"{snakemake.wildcards.run} seed {snakemake.wildcards.seed}")
prepare(snakemake.threads)
train_digit_network(
    snakemake.input.samples,
    snakemake.output.weights,
    snakemake.output.history,
    teacher=snakemake.input.get("teacher") or None,
    seed=int(snakemake.wildcards.seed),
    **snakemake.params.cfg,
)

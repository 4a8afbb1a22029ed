from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.training.identity_networks import embed_identities

log_to(snakemake.log[0], "identity network")
prepare(snakemake.threads)
embed_identities(
    snakemake.input.samples,
    snakemake.input.features,
    list(snakemake.output),
    **snakemake.params.cfg,
)

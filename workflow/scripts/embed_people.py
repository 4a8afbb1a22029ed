from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.training.identity_networks import embed_people

log_to(snakemake.log[0], "people network")
prepare(snakemake.threads)
embed_people(
    snakemake.input.samples,
    snakemake.input.features,
    list(snakemake.output),
    **snakemake.params.cfg,
)

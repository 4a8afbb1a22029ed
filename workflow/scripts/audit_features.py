from exoprobe.embeddings.import_features import import_features
from exoprobe.io.locations import stored_at
from exoprobe.logs import log_to

log_to(snakemake.log[0])
import_features(
    *stored_at([snakemake.params.location], snakemake.input.source),
    snakemake.input.samples,
    snakemake.output[0],
    layer=snakemake.wildcards.representation,
    **snakemake.params.cfg,
)

from exoprobe.embeddings.image_features import gather_layer
from exoprobe.logs import log_to

log_to(snakemake.log[0])
gather_layer(
    snakemake.input.shards,
    snakemake.input.samples,
    snakemake.output[0],
    layer=snakemake.wildcards.layer,
    **snakemake.params.cfg,
)

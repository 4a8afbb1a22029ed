from exoprobe.embeddings.thumbnails import write_thumbnails
from exoprobe.logs import log_to

log_to(snakemake.log[0])
given = snakemake.input
write_thumbnails(
    snakemake.params.folder or given.images, given.table, given.samples, given.extremes, snakemake.output[0]
)

from exoprobe.datasets.image_table import build_image_table, write_image_table
from exoprobe.logs import log_to

log_to(snakemake.log[0])
pictures = build_image_table(table=snakemake.input.table, threads=snakemake.threads, **snakemake.params.cfg)
write_image_table(pictures, snakemake.output.samples, snakemake.output.factors, snakemake.output.notes)

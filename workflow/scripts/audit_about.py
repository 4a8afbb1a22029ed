from exoprobe.evaluation.audit_metadata import write_about
from exoprobe.logs import log_to

log_to(snakemake.log[0])
write_about(
    snakemake.input.samples,
    snakemake.input.factors,
    snakemake.input.notes,
    dict(zip(snakemake.params.cfg["representations"], snakemake.input.features, strict=True)),
    snakemake.output.about,
    snakemake.output.table,
    settings=snakemake.params.cfg,
    pictures=snakemake.input.pictures,
)

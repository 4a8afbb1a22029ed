from exoprobe.evaluation.audit_metadata import write_metadata
from exoprobe.io.locations import stored_at
from exoprobe.logs import log_to
from exoprobe.provenance import write_provenance

log_to(snakemake.log[0])
write_metadata(
    snakemake.input.samples,
    snakemake.input.factors,
    snakemake.input.notes,
    dict(zip(snakemake.params.cfg["representations"], snakemake.input.features, strict=True)),
    snakemake.output.metadata,
    snakemake.output.table,
    settings=snakemake.params.cfg,
    pictures=snakemake.input.pictures,
)
inputs = [*stored_at(snakemake.params.locations, snakemake.input.sources), snakemake.input.factor_table]
write_provenance(
    snakemake.output.provenance,
    settings=snakemake.params.settings,
    inputs=dict(zip(snakemake.params.input_names, inputs, strict=True)),
    seeds=[snakemake.params.settings["seed"]],
)

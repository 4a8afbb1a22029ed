from exoprobe.compute import prepare
from exoprobe.evaluation.erasure_effect import erasure_tables
from exoprobe.evaluation.tables import write_tables
from exoprobe.logs import log_to

log_to(snakemake.log[0], snakemake.wildcards.representation)
prepare(snakemake.threads)
tables = erasure_tables(
    snakemake.input.samples,
    snakemake.input.factors,
    snakemake.input.features,
    snakemake.input.predictions,
    memory_mb=snakemake.resources.mem_mb,
    **snakemake.params.cfg,
)
write_tables(tables, dict(snakemake.output.items()))

from exoprobe.compute import prepare
from exoprobe.evaluation.factor_geometry import geometry_tables
from exoprobe.evaluation.recognition_by import recognition_tables
from exoprobe.evaluation.tables import write_tables
from exoprobe.logs import log_to

log_to(snakemake.log[0], snakemake.wildcards.representation)
prepare(snakemake.threads)
files = snakemake.input.samples, snakemake.input.factors, snakemake.input.features
tables = geometry_tables(*files, **snakemake.params.cfg) | recognition_tables(*files, **snakemake.params.cfg)
write_tables(tables, dict(snakemake.output.items()))

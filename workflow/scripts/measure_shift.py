from exoprobe.compute import prepare
from exoprobe.evaluation.shift import shift_table
from exoprobe.evaluation.tables import write_tables
from exoprobe.logs import log_to
from exoprobe.probes.probe_data import open_representation

log_to(snakemake.log[0], snakemake.wildcards.representation)
prepare(snakemake.threads)
files = snakemake.input
source = open_representation(files.samples, files.factors, files.features, memory_mb=snakemake.resources.mem_mb)
tables = shift_table(source, files.samples, **snakemake.params.cfg)
write_tables(tables, dict(snakemake.output.items()))

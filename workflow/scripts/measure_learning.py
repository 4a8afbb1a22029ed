from exoprobe.compute import prepare
from exoprobe.evaluation.learning import learning_tables
from exoprobe.evaluation.tables import write_tables
from exoprobe.logs import log_to
from exoprobe.probes.probe_data import open_representation

log_to(snakemake.log[0], snakemake.wildcards.representation)
prepare(snakemake.threads)
files = snakemake.input
source = open_representation(files.samples, files.factors, files.features, memory_mb=snakemake.resources.mem_mb)
write_tables(learning_tables(source, files.samples, files.factors), dict(snakemake.output.items()))

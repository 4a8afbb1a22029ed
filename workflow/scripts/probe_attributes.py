from exoprobe.compute import prepare
from exoprobe.logs import log_to
from exoprobe.probes.attributes import probe_attributes

log_to(snakemake.log[0], f"{snakemake.wildcards.network} {snakemake.wildcards.layer}")
prepare(snakemake.threads)
probe_attributes(snakemake.input.samples, snakemake.input.features, snakemake.output[0], **snakemake.params.cfg)

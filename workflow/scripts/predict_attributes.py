from exoprobe.logs import log_to
from exoprobe.probes.attributes import predict_attributes

log_to(snakemake.log[0])
predict_attributes(snakemake.input.samples, snakemake.input.features, snakemake.output[0], **snakemake.params.cfg)

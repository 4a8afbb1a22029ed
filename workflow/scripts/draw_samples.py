from exoprobe.datasets.subsample import draw_samples
from exoprobe.logs import log_to

log_to(snakemake.log[0])
draw_samples(snakemake.input.samples, snakemake.output[0], **snakemake.params.cfg)

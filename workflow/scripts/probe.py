from exoprobe.logs import log_to
from exoprobe.probes.rotated_digits import probe_rotated_digits
from exoprobe.training.head import load_head

log_to(snakemake.log[0])
probe_rotated_digits(
    snakemake.input.samples,
    snakemake.input.features,
    snakemake.output.predictions,
    snakemake.output.grid,
    head=load_head(snakemake.input.weights),
)

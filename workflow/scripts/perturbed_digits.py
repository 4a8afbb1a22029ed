from exoprobe.logs import log_to
from exoprobe.plots.perturbed_digits import draw_perturbed_digits

log_to(snakemake.log[0])
draw_perturbed_digits(snakemake.input.digits, dict(snakemake.output.items()), **snakemake.params.cfg)

from exoprobe.figures.perturbed_digits import draw_perturbed_digits
from exoprobe.logs import log_to

log_to(snakemake.log[0])
draw_perturbed_digits(snakemake.input.digits, dict(snakemake.output.items()), **snakemake.params.cfg)

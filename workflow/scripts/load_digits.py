from exoprobe.datasets.digit_sources import load_digits, save_digits
from exoprobe.logs import log_to

log_to(snakemake.log[0])
save_digits(snakemake.output[0], load_digits(snakemake.wildcards.dataset, snakemake.params.cfg["folder"]))

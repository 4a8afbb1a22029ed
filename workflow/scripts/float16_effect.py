from exoprobe.evaluation.float16_effect import float16_effect, write_float16_effect
from exoprobe.logs import log_to

log_to(snakemake.log[0])
pairs = zip(snakemake.input.float32, snakemake.input.float16, strict=True)
table = float16_effect(dict(zip(snakemake.params.cfg["names"], pairs, strict=True)))
write_float16_effect(table, snakemake.output.csv, snakemake.output.html)

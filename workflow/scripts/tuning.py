from exoprobe.evaluation.tuning import tuning_table
from exoprobe.io.files import write_table
from exoprobe.logs import log_to

log_to(snakemake.log[0])
cfg = snakemake.params.cfg
searches = dict(zip(cfg["trials"], snakemake.input, strict=True))
write_table(tuning_table(searches, cfg["trials"], cfg["configured"]), snakemake.output[0])

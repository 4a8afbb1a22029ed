import logging
from pathlib import Path

from exoprobe.logs import log_to
from exoprobe.report.page import write_page
from exoprobe.run_end import answer

log_to(snakemake.log[0])
tables = dict(snakemake.input.items())
provenance, thumbnails = (tables.pop(name) or None for name in ("provenance", "thumbnails"))
write_page(tables, tables.pop("metadata"), snakemake.output[0], provenance, thumbnails=thumbnails)
for line in answer(Path(snakemake.output[0])):
    logging.getLogger("exoprobe").info(line)

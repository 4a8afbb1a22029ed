from exoprobe.logs import log_to
from exoprobe.report.page import write_page

log_to(snakemake.log[0])
tables = dict(snakemake.input.items())
provenance, thumbnails = (tables.pop(name) or None for name in ("provenance", "thumbnails"))
write_page(tables, tables.pop("metadata"), snakemake.output[0], provenance, thumbnails=thumbnails)

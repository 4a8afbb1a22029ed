"""Files: atomic writes, digests of data and code, reading ahead."""

"""Checksums over every byte of a Parquet file, which by itself guards neither its footer nor its page headers.

They stand between the last row group and the footer, where no Parquet reader looks: an XXH3 per row group,
then one of the footer.
"""

import os
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq
from xxhash import xxh3_64_intdigest as digest

from exoprobe.errors import ExoprobeError

MAGIC = b"PAR1"
TAIL = struct.Struct(f"<I{len(MAGIC)}s")  # the footer's length, the magic bytes
CHECKSUM = struct.Struct("<Q")


@contextmanager
def guarded_writer(
    path: str | Path, schema: pa.Schema, **options: str | int | bool
) -> Iterator[Callable[[pa.Table], None]]:
    """Write a Parquet file with checksums.

    Args:
        path: the file.
        schema: of its columns.
        options: of the Parquet writer.

    Yields:
        What writes a table as one row group.
    """
    sums = []
    with (
        pa.OSFile(str(path), "wb") as file,
        pq.ParquetWriter(file, schema, **options) as writer,
        Path(path).open("rb") as written,
    ):

        def write(table: pa.Table) -> None:
            start = file.tell()
            writer.write_table(table)
            sums.append(digest(os.pread(written.fileno(), file.tell() - start, start)))

        yield write
    _add_checksums(path, sums)


def read_footer(path: str | Path) -> tuple[pq.FileMetaData, list[int]]:
    """Read a file's footer and the checksums of its row groups.

    Raises:
        ExoprobeError: where its first bytes or footer are not as they were written, or it has no checksums.
    """
    with Path(path).open("rb") as file:
        first, size = file.read(len(MAGIC)), file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL.size))
        tail = file.read()
        if size < len(MAGIC) + TAIL.size or first != MAGIC or not tail.endswith(MAGIC):
            raise ExoprobeError(f"{path}: not a whole Parquet file; delete it and run again")
        start = size - TAIL.size - TAIL.unpack(tail)[0]
        if start < len(MAGIC) + CHECKSUM.size or _read_checksums(file, start, 1) != [digest(file.read())]:
            raise ExoprobeError(
                f"{path}: its footer is damaged, or it is not a feature file of exoprobe; delete it and run again"
            )
        metadata = pq.read_metadata(file)
        return metadata, _read_checksums(file, start, metadata.num_row_groups + 1)[:-1]


def row_group_span(metadata: pq.FileMetaData, group: int) -> tuple[int, int]:
    """Return where a row group starts and how many bytes it has; its columns follow each other."""
    columns = [metadata.row_group(group).column(place) for place in range(metadata.num_columns)]
    return columns[0].data_page_offset, sum(column.total_compressed_size for column in columns)


def _add_checksums(path: str | Path, sums: list[int]) -> None:
    """Put the checksums of a Parquet file's row groups, and of its footer, into it."""
    metadata = pq.read_metadata(path)
    with Path(path).open("r+b") as file:
        start = file.seek(-TAIL.size - metadata.serialized_size, os.SEEK_END)
        footer = file.read()
        file.seek(start)
        file.write(b"".join(map(CHECKSUM.pack, [*sums, digest(footer)])) + footer)


def _read_checksums(file: BinaryIO, footer_start: int, count: int) -> list[int]:
    """Return the last ``count`` checksums; the file is at its footer then."""
    file.seek(footer_start - CHECKSUM.size * count)
    return [value for (value,) in CHECKSUM.iter_unpack(file.read(CHECKSUM.size * count))]

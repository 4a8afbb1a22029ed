"""Checksums over every byte of a Parquet file, which by itself guards neither its footer nor its page headers.

They stand between the last row group and the footer, where no Parquet reader looks: an XXH3 per row group,
then one of the footer.
"""

import struct
from pathlib import Path

import pyarrow.parquet as pq
from xxhash import xxh3_64_intdigest as digest

from exoprobe.errors import ExoprobeError

MAGIC = b"PAR1"
TAIL = struct.Struct(f"<I{len(MAGIC)}s")  # the footer's length, the magic bytes
CHECKSUM = struct.Struct("<Q")


def add_checksums(path: str | Path) -> None:
    """Put the checksums into a Parquet file that has just been written."""
    metadata = pq.read_metadata(path)
    with Path(path).open("r+b") as file:
        sums = []
        for group in range(metadata.num_row_groups):
            start, size = _span(metadata, group)
            file.seek(start)
            sums.append(digest(file.read(size)))
        file.seek(-TAIL.size - metadata.serialized_size, 2)
        start = file.tell()
        footer = file.read()
        file.seek(start)
        file.write(b"".join(map(CHECKSUM.pack, [*sums, digest(footer)])) + footer)


def check_footer(content: memoryview, path: str | Path) -> None:
    """Refuse a file whose first bytes or footer are not as they were written.

    Args:
        content: the whole file.
        path: its name, for the error.

    Raises:
        ExoprobeError: where they are not, or the file has no checksums.
    """
    if len(content) < len(MAGIC) + TAIL.size or content[: len(MAGIC)] != MAGIC or content[-len(MAGIC) :] != MAGIC:
        raise ExoprobeError(f"{path}: not a whole Parquet file; delete it and run again")
    start = _footer_start(content)
    if start < len(MAGIC) + CHECKSUM.size or _stated(content, start, 0) != digest(content[start:]):
        raise ExoprobeError(
            f"{path}: its footer is damaged, or it is not a feature file of exoprobe; delete it and run again"
        )


def check_group(content: memoryview, metadata: pq.FileMetaData, group: int, path: str | Path) -> tuple[int, int]:
    """Refuse a row group that is not as it was written; the footer must have been checked.

    Returns:
        Where it starts, and its size in bytes.

    Raises:
        ExoprobeError: with the file and the row group.
    """
    start, size = _span(metadata, group)
    place = metadata.num_row_groups - group
    if _stated(content, _footer_start(content), place) != digest(content[start : start + size]):
        raise ExoprobeError(f"{path}: damaged in row group {group}; delete it and run again")
    return start, size


def _footer_start(content: memoryview) -> int:
    length, _ = TAIL.unpack(content[-TAIL.size :])
    return len(content) - TAIL.size - length


def _stated(content: memoryview, footer_start: int, place: int) -> int:
    """Return a checksum by its place, counted from the footer back."""
    return CHECKSUM.unpack_from(content, footer_start - CHECKSUM.size * (place + 1))[0]


def _span(metadata: pq.FileMetaData, group: int) -> tuple[int, int]:
    """Return where a row group starts and how many bytes it has; its columns follow each other."""
    columns = [metadata.row_group(group).column(place) for place in range(metadata.num_columns)]
    return columns[0].data_page_offset, sum(column.total_compressed_size for column in columns)

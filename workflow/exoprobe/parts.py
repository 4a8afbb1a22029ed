"""Cutting long work into parts of neighboring rows, each a job of its own that can be resumed."""

from exoprobe.errors import ExoprobeError


def part_rows(rows: int, part: int, parts: int) -> range:
    """Return the rows of one part.

    Args:
        rows: how many there are.
        part: which, from 0.
        parts: how many parts, of sizes that differ by at most one.

    Raises:
        ExoprobeError: where a part would be empty.
    """
    if rows < parts:
        raise ExoprobeError(f"{rows} images cannot be cut into {parts} parts")
    return range(rows * part // parts, rows * (part + 1) // parts)

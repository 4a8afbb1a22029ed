"""Cutting long work into parts of neighboring rows, each a job of its own that can be resumed."""

from exoprobe.errors import ExoprobeError

BATCH = 32  # pictures that a network sees at once


def part_rows(rows: int, part: int, parts: int, *, batch: int = 1) -> range:
    """Return the rows of one part.

    Args:
        rows: how many there are.
        part: which, from 0.
        parts: how many parts, of sizes that differ by at most one batch.
        batch: rows that stay together. A network's last digits depend on how many images it sees at once, so
            that the parts make no difference only if each batch is the same however many parts there are.

    Raises:
        ExoprobeError: where a part would be empty.
    """
    batches = -(-rows // batch)
    if batches < parts:
        raise ExoprobeError(f"{rows} images cannot be cut into {parts} parts; {batches} at most")
    return range(batches * part // parts * batch, min(batches * (part + 1) // parts * batch, rows))

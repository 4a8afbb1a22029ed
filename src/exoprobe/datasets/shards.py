"""Shards of neighboring rows, each computed by a separate job, so that an interrupted run resumes."""

from exoprobe.errors import ExoprobeError

BATCH = 32  # pictures that a network sees at once


def shard_rows(rows: int, shard: int, shards: int, *, batch: int = BATCH) -> range:
    """Return the rows of a shard.

    Args:
        rows: how many there are.
        shard: its index, from 0.
        shards: how many shards, of sizes that differ by at most one batch.
        batch: rows that stay together. A network's last digits depend on how many images it sees at once, so
            that shards make no difference only if each batch is the same whatever their number.

    Raises:
        ExoprobeError: where a shard would be empty.
    """
    batches = -(-rows // batch)
    if batches < shards:
        raise ExoprobeError(f"{rows} images cannot be cut into {shards} shards; {batches} at most")
    return range(batches * shard // shards * batch, min(batches * (shard + 1) // shards * batch, rows))

"""The feature-file contract: what a cached representation looks like on disk.

Parquet, one row per sample in the dataset's order: ``sample_id``, then ``feature``, the vector's bytes
(``numpy.frombuffer(value, dtype)``, little-endian), non-null, uncompressed, without dictionary, a page for each row
group: the vectors of a group lie one after the other and are read straight to where they belong. Arrow's tensors,
lists to Parquet, are taken apart and put together again at a tenth of ``numpy.load``'s speed. The footer states
what the rows are and where they come from; :func:`read_features` holds the file against it and refuses what does
not fit. Every byte is guarded by a checksum (:mod:`exoprobe.features.checksums`).
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa

from exoprobe.errors import ExoprobeError
from exoprobe.features.checksums import guarded_writer
from exoprobe.features.nan_check import all_finite, first_bad_row, parts
from exoprobe.features.opened_file import METADATA_KEY, FeatureInfo, OpenedFile, check_order, open_features
from exoprobe.io.files import atomic_write
from exoprobe.io.prefetch import prefetch

READERS = 2  # threads: more wait for each other
GROUP_BYTES = 1 << 22  # of features in a row group: they stay in the processor's cache while they are written
GROUP_ROWS = 1 << 20  # pyarrow makes two groups of more
PLAIN = {  # one page for each row group, since none has as many bytes or rows
    "compression": "none",
    "use_dictionary": False,
    "write_statistics": False,
    "data_page_size": 1 << 30,
    "max_rows_per_page": 1 << 30,
}


def write_features(
    path: str | Path, sample_ids: np.ndarray, batches: Iterable[np.ndarray], info: FeatureInfo
) -> None:
    """Write a feature file batch by batch, under its final name only when it is whole.

    Args:
        path: the Parquet file.
        sample_ids: [N], the dataset's in their order, or a part's: one after the other.
        batches: arrays [n, D] of ``info.dtype`` that make up the N rows; for float16 also float32, to be rounded.
        info: the footer.

    Raises:
        ExoprobeError: where the batches do not add up to ``info``, or hold NaN or infinity, or the samples are
            in another order.
    """
    check_order(sample_ids, int(sample_ids[0]), path)
    ids, stored = pa.array(sample_ids, pa.int64()), pa.binary(info.dimension * np.dtype(info.dtype).itemsize)
    schema = pa.schema(
        [pa.field("sample_id", ids.type, nullable=False), pa.field("feature", stored, nullable=False)],
        metadata={METADATA_KEY: json.dumps(asdict(info)).encode()},
    )
    start = 0
    with atomic_write(path) as temporary:
        with guarded_writer(temporary, schema, **PLAIN) as write:
            for batch in _row_groups(batches, info, path):
                column = pa.Array.from_buffers(stored, len(batch), [None, pa.py_buffer(batch)])
                write(pa.table([ids.slice(start, len(batch)), column], schema=schema))
                start += len(batch)
        if start != info.rows or len(ids) != info.rows:
            raise ExoprobeError(f"{path}: {start} features for {len(ids)} samples, {info.rows} were announced")


def _row_groups(batches: Iterable[np.ndarray], info: FeatureInfo, path: str | Path) -> Iterator[np.ndarray]:
    """Check the batches and put them together, or cut them, into row groups of one size."""
    size = min(GROUP_ROWS, max(1, GROUP_BYTES // (info.dimension * np.dtype(info.dtype).itemsize)))
    kept, start = np.empty((0, info.dimension), info.dtype), 0
    for batch in batches:
        if info.dtype == "float16" and batch.dtype == np.float32:
            with np.errstate(over="ignore"):  # what does not fit becomes infinity, and is refused
                batch = batch.astype(np.float16)
        _check_batch(batch, info, path, start)
        start += len(batch)
        kept = np.concatenate([kept, batch]) if len(kept) else np.ascontiguousarray(batch)
        while len(kept) >= size:
            yield kept[:size]
            kept = kept[size:]
    if len(kept):
        yield kept


def read_info(path: str | Path) -> FeatureInfo:
    """Read a feature file's footer.

    Raises:
        ExoprobeError: where the file is not a whole feature file.
    """
    return open_features(path).info


def read_sample_ids(path: str | Path) -> np.ndarray:
    """Read which samples the rows of a feature file are, [N].

    Raises:
        ExoprobeError: where the file is damaged.
    """
    opened = open_features(path)
    blocks = (opened.new_block(group) for group in range(opened.metadata.num_row_groups))
    return np.concatenate([opened.read(group, block) for group, block in enumerate(blocks)])


def read_features(
    path: str | Path,
    rows: slice | None = None,
    *,
    dataset_digest: str | None = None,
) -> np.ndarray:
    """Read features, all of them or a range of rows.

    Args:
        path: the feature file.
        rows: a range with start and stop, None for all.
        dataset_digest: if given, the dataset that the file must belong to.

    Returns:
        [n, D] in the file's dtype.

    Raises:
        ExoprobeError: where the file is truncated or damaged, has NaN, or belongs to another dataset.
    """
    if rows is None:
        return _read_whole(open_features(path, dataset_digest))
    info = read_info(path)
    wanted = np.zeros(info.rows, bool)
    wanted[rows] = True
    none = np.empty((0, info.dimension), info.dtype)
    return np.concatenate([none, *iterate_features(path, wanted, dataset_digest=dataset_digest)])


def iterate_features(
    path: str | Path, rows: np.ndarray | None = None, *, dataset_digest: str | None = None
) -> Iterator[np.ndarray]:
    """Read features a row group at a time, the next one while the last is worked on.

    Args:
        path: the feature file.
        rows: bool [rows of the file], which of them; None for all.
        dataset_digest: if given, the dataset that the file must belong to.

    Yields:
        [n, D] in the file's dtype; row groups without a wanted row are not read.

    Raises:
        ExoprobeError: where the file is truncated or damaged, has NaN, or belongs to another dataset.
    """
    opened = open_features(path, dataset_digest)
    wanted = [slice(None) if rows is None else rows[low:high] for low, high in pairwise(opened.starts)]
    groups = [group for group, mask in enumerate(wanted) if rows is None or mask.any()]

    def load(group: int) -> np.ndarray:
        block = opened.new_block(group)
        opened.read(group, block)
        return block if rows is None or wanted[group].all() else block[wanted[group]]

    yield from prefetch(load, groups, READERS)


def round_features(source: str | Path, path: str | Path) -> None:
    """Copy a feature file with its features rounded to float16.

    Raises:
        ExoprobeError: where they are stored as float16 already: nothing would be rounded.
    """
    info = read_info(source)
    if info.dtype == "float16":
        raise ExoprobeError(f"{source}: stored as float16 already; compare with feature_dtype: float32")
    info = replace(info, dtype="float16")
    write_features(path, read_sample_ids(source), iterate_features(source), info)


def _read_whole(opened: OpenedFile) -> np.ndarray:
    """Read all features, each row group straight to its place."""
    features = np.empty((opened.info.rows, opened.info.dimension), opened.info.dtype)
    blocks = np.split(features, opened.starts[1:-1])
    for _ in prefetch(lambda group: opened.read(group, blocks[group]), range(len(blocks)), READERS):
        pass
    return features


def _check_batch(batch: np.ndarray, info: FeatureInfo, path: str | Path, start: int) -> None:
    if batch.dtype != info.dtype or batch.shape[1:] != (info.dimension,):
        raise ExoprobeError(
            f"{path}: a batch of {batch.dtype} {batch.shape} where {info.dtype} [n, {info.dimension}] belongs"
        )
    if not all(map(all_finite, parts(batch))):
        row = start + first_bad_row(batch)
        raise ExoprobeError(f"{path}: NaN or infinity in the feature of row {row}, in {info.dtype}")

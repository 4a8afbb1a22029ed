"""Feature files: a representation as a Parquet file that any tool reads as vectors.

One row per sample in the dataset's order: ``sample_id`` (int64), then ``feature``, a fixed-size list of float32 or
float16; non-null, uncompressed, without dictionary, one page per column of a row group. Parquet's page checksums
guard the values. They cover neither page headers nor footer, so the footer's JSON holds checksums of both, and
a description of the features (:class:`FeatureInfo`). A reader refuses whatever does not fit, by file name.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_store import (
    METADATA_KEY,
    UNSET,
    FeatureInfo,
    add_checksums,
    check_order,
    open_feature_store,
    refuse_nan,
)
from exoprobe.io.files import atomic_write
from exoprobe.io.prefetch import prefetch

GROUP_BYTES = 1 << 20  # of a row group; row groups without a wanted row are not read
OPTIONS = {  # one page per column of a row group, since none has as many bytes or rows
    "compression": "none",
    "use_dictionary": False,
    "write_statistics": False,
    "write_page_checksum": True,
    "data_page_size": 1 << 30,
    "max_rows_per_page": 1 << 30,
}


def write_features(path: str | Path, sample_ids: np.ndarray, batches: Iterable[np.ndarray], info: FeatureInfo) -> None:
    """Write a feature file batch by batch, under its final name only when it is whole.

    Args:
        path: the Parquet file.
        sample_ids: [N], consecutive: the dataset's, or a shard's.
        batches: arrays [n, D] of ``info.dtype`` that make up the N rows; for float16 also float32, to be rounded.
        info: the footer.

    Raises:
        ExoprobeError: where the batches do not add up to ``info``, or hold NaN or infinity, or the samples are
            in another order.
    """
    check_order(sample_ids, int(sample_ids[0]), path)
    item = pa.field("item", pa.from_numpy_dtype(np.dtype(info.dtype)), nullable=False)
    stored, ids, start = pa.list_(item, info.dimension), pa.array(sample_ids, pa.int64()), 0
    schema = pa.schema([pa.field("sample_id", ids.type, nullable=False), pa.field("feature", stored, nullable=False)])
    with atomic_write(path) as temporary:
        with pq.ParquetWriter(temporary, schema, **OPTIONS) as writer:
            for batch in _row_groups(batches, info, path):
                column = pa.FixedSizeListArray.from_arrays(pa.array(batch.reshape(-1)), type=stored)
                writer.write_table(pa.table([ids.slice(start, len(batch)), column], schema=schema))
                start += len(batch)
            stated = {**asdict(info), "page_headers": UNSET, "footer": UNSET}
            writer.add_key_value_metadata({METADATA_KEY: json.dumps(stated).encode()})
        if start != info.rows or len(ids) != info.rows:
            raise ExoprobeError(f"{path}: {start} features for {len(ids)} samples, {info.rows} were announced")
        add_checksums(temporary)


def _row_groups(batches: Iterable[np.ndarray], info: FeatureInfo, path: str | Path) -> Iterator[np.ndarray]:
    """Check the batches and join or cut them into row groups of one size."""
    row_bytes = np.dtype(np.int64).itemsize + info.dimension * np.dtype(info.dtype).itemsize
    size, start = max(1, GROUP_BYTES // row_bytes), 0
    kept = np.empty((0, info.dimension), info.dtype)
    for batch in batches:
        if info.dtype == "float16" and batch.dtype == np.float32:
            with np.errstate(over="ignore"):  # what does not fit becomes infinity, and is refused
                batch = batch.astype(np.float16)
        if batch.dtype != info.dtype or batch.shape[1:] != (info.dimension,):
            raise ExoprobeError(
                f"{path}: a batch of {batch.dtype} {batch.shape} where {info.dtype} [n, {info.dimension}] belongs"
            )
        refuse_nan(batch, start, path)
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
    return open_feature_store(path).info


def read_sample_ids(path: str | Path) -> np.ndarray:
    """Read which samples the rows of a feature file are, [N].

    Raises:
        ExoprobeError: where the file is damaged.
    """
    store = open_feature_store(path)
    return np.concatenate([store.read_ids(group) for group in range(store.file.num_row_groups)])


def read_features(path: str | Path, rows: slice | None = None, *, dataset_digest: str | None = None) -> np.ndarray:
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
    info = read_info(path)
    wanted = np.zeros(info.rows, bool)
    wanted[slice(None) if rows is None else rows] = True
    features, start = np.empty((int(wanted.sum()), info.dimension), info.dtype), 0
    for block in iterate_features(path, wanted, dataset_digest=dataset_digest):
        features[start : start + len(block)] = block
        start += len(block)
    return features


def iterate_features(
    path: str | Path, rows: np.ndarray | None = None, *, dataset_digest: str | None = None
) -> Iterator[np.ndarray]:
    """Read features a row group at a time, the next one while the last is worked on.

    Args:
        path: the feature file.
        rows: bool [rows of the file], which of them; None for all.
        dataset_digest: if given, the dataset that the file must belong to.

    Yields:
        [n, D] in the file's dtype, read-only; row groups without a wanted row are not read.

    Raises:
        ExoprobeError: where the file is truncated or damaged, has NaN, or belongs to another dataset.
    """
    store = open_feature_store(path, dataset_digest)
    masks = [np.True_ if rows is None else rows[low:high] for low, high in pairwise(store.starts)]

    def load(group: int) -> np.ndarray:
        block = store.read(group)
        return block if masks[group].all() else block[masks[group]]

    yield from prefetch(load, [group for group, mask in enumerate(masks) if mask.any()])

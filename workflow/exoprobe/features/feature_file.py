"""The feature-file contract: what a cached representation looks like on disk.

Parquet, one row per sample in the dataset's order: ``sample_id``, then ``feature``, the vector's bytes
(``numpy.frombuffer(value, dtype)``, little-endian), non-null, uncompressed, without dictionary. Bytes of one size
are copied as they are; Arrow's tensors, lists to Parquet, are taken apart and put together again at a tenth of
``numpy.load``'s speed. The footer states what the rows are and where they come from; :func:`read_features` holds
the file against it and refuses what does not fit. Every byte is guarded by a checksum
(:mod:`exoprobe.features.checksums`).
"""

import json
import mmap
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from exoprobe.errors import ExoprobeError
from exoprobe.features.checksums import add_checksums, check_footer, check_group
from exoprobe.files import atomic_write
from exoprobe.prefetch import prefetch

METADATA_KEY = b"exoprobe.features"
READERS = 4  # threads
CACHED = 1 << 17  # values
HALF_INFINITY = 0x7C00  # bits of the least half that is not finite
GROUP_BYTES = 1 << 24  # of features in a row group: what a reader holds at least


@dataclass(frozen=True)
class FeatureInfo:
    """What a feature file's footer states.

    Attributes:
        dimension: length of a feature vector.
        dtype: ``float32`` or ``float16``.
        rows: number of samples.
        layer: which layer of the network.
        dataset_digest: of the dataset whose samples these are, in whose order.
        weights_digest: of the network's weights file.
        code_digest: of the code that computed them.
    """

    dimension: int
    dtype: str
    rows: int
    layer: str
    dataset_digest: str
    weights_digest: str
    code_digest: str


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
    _check_order(sample_ids, int(sample_ids[0]), path)
    ids, stored = pa.array(sample_ids), pa.binary(info.dimension * np.dtype(info.dtype).itemsize)
    schema = pa.schema(
        [pa.field("sample_id", ids.type, nullable=False), pa.field("feature", stored, nullable=False)],
        metadata={METADATA_KEY: json.dumps(asdict(info)).encode()},
    )
    start = 0
    with atomic_write(path) as temporary:
        options = {"compression": "none", "use_dictionary": False, "write_statistics": False}
        with pq.ParquetWriter(temporary, schema, **options) as writer:
            for batch in _row_groups(batches, info, path):
                column = pa.Array.from_buffers(stored, len(batch), [None, pa.py_buffer(batch)])
                writer.write_table(pa.table([ids.slice(start, len(batch)), column], schema=schema))
                start += len(batch)
        if start != info.rows or len(ids) != info.rows:
            raise ExoprobeError(f"{path}: {start} features for {len(ids)} samples, {info.rows} were announced")
        add_checksums(temporary)


def _row_groups(batches: Iterable[np.ndarray], info: FeatureInfo, path: str | Path) -> Iterator[np.ndarray]:
    """Check the batches and put them together, or cut them, into row groups of one size."""
    size = max(1, GROUP_BYTES // (info.dimension * np.dtype(info.dtype).itemsize))
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
    return _open(path).info


def read_sample_ids(path: str | Path) -> np.ndarray:
    """Read which samples the rows of a feature file are, [N].

    Raises:
        ExoprobeError: where the file is damaged.
    """
    opened = _open(path)
    for group in range(opened.metadata.num_row_groups):
        check_group(memoryview(opened.content), opened.metadata, group, path)
    return opened.file().read(columns=["sample_id"])["sample_id"].to_numpy()


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
    info = read_info(path)
    start, stop = (0, info.rows) if rows is None else (rows.start, rows.stop)
    wanted = None
    if rows is not None:
        wanted = np.zeros(info.rows, bool)
        wanted[start:stop] = True
    features = np.empty((stop - start, info.dimension), info.dtype)
    offset = 0
    for block in iterate_features(path, wanted, dataset_digest=dataset_digest):
        features[offset : offset + len(block)] = block
        offset += len(block)
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
        [n, D] in the file's dtype; row groups without a wanted row are not read.

    Raises:
        ExoprobeError: where the file is truncated or damaged, has NaN, or belongs to another dataset.
    """
    opened = _open(path)
    info = opened.info
    if dataset_digest is not None and info.dataset_digest != dataset_digest:
        raise ExoprobeError(
            f"{path}: holds features of another dataset (digest {info.dataset_digest[:12]}…, "
            f"expected {dataset_digest[:12]}…); delete it and run again"
        )
    counts = [opened.metadata.row_group(group).num_rows for group in range(opened.metadata.num_row_groups)]
    starts = np.cumsum([0, *counts])
    wanted = [slice(None) if rows is None else rows[low:high] for low, high in pairwise(starts)]
    groups = [group for group, mask in enumerate(wanted) if rows is None or mask.any()]
    readers = threading.local()  # a Parquet file cannot be read by two threads

    def load(group: int) -> np.ndarray:
        if not hasattr(readers, "file"):
            readers.file = opened.file()
        ids, block = _read_group(opened, readers.file, group, path)
        if dataset_digest is not None:
            _check_order(ids, int(starts[group]), path)
        if not _all_finite(block):
            raise ExoprobeError(f"{path}: has NaN or infinity in row {starts[group] + _first_bad_row(block)}")
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


@dataclass(frozen=True)
class _Opened:
    """A feature file whose footer is sound, mapped into memory."""

    content: mmap.mmap
    metadata: pq.FileMetaData
    info: FeatureInfo

    def file(self) -> pq.ParquetFile:
        """Return a reader, for one thread."""
        return pq.ParquetFile(pa.BufferReader(pa.py_buffer(self.content)), metadata=self.metadata)


def _open(path: str | Path) -> _Opened:
    try:
        with Path(path).open("rb") as opened:
            content = mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ)
    except FileNotFoundError as error:
        raise ExoprobeError(f"{path}: no such file") from error
    except (OSError, ValueError) as error:
        raise ExoprobeError(f"{path}: not a whole Parquet file ({error})") from error
    check_footer(memoryview(content), path)
    file = pq.ParquetFile(pa.BufferReader(pa.py_buffer(content)))
    return _Opened(content, file.metadata, _info(file, path))


def _info(file: pq.ParquetFile, path: str | Path) -> FeatureInfo:
    content = (file.schema_arrow.metadata or {}).get(METADATA_KEY)
    if content is None:
        raise ExoprobeError(f"{path}: not a feature file of exoprobe (its footer lacks {METADATA_KEY.decode()})")
    stated = json.loads(content)
    if set(stated) != {field.name for field in fields(FeatureInfo)}:
        raise ExoprobeError(f"{path}: its footer states {sorted(stated)}, not what a feature file states")
    info = FeatureInfo(**stated)
    if file.metadata.num_rows != info.rows:
        raise ExoprobeError(f"{path}: has {file.metadata.num_rows} rows, its footer announces {info.rows}")
    return info


def _read_group(
    opened: _Opened, file: pq.ParquetFile, group: int, path: str | Path
) -> tuple[np.ndarray, np.ndarray]:
    """Return the sample ids [n] and the features [n, D] of a row group."""
    start, size = check_group(memoryview(opened.content), opened.metadata, group, path)
    table = file.read_row_group(group)
    if hasattr(mmap, "MADV_DONTNEED"):  # what was read need not stay with this process
        first = -(-start // mmap.PAGESIZE) * mmap.PAGESIZE
        if start + size > first:
            opened.content.madvise(mmap.MADV_DONTNEED, first, start + size - first)
    info = opened.info
    parts = [
        np.frombuffer(_bytes(chunk), info.dtype).reshape(-1, info.dimension) for chunk in table["feature"].chunks
    ]
    return table["sample_id"].to_numpy(), parts[0] if len(parts) == 1 else np.concatenate(parts)


def _bytes(chunk: pa.FixedSizeBinaryArray) -> memoryview:
    """Return the bytes of an array of values of one size."""
    width = chunk.type.byte_width
    return memoryview(chunk.buffers()[1])[chunk.offset * width : (chunk.offset + len(chunk)) * width]


def _check_order(ids: np.ndarray, first: int, path: str | Path) -> None:
    """Refuse sample ids [n] that do not number neighboring rows of the dataset, from ``first`` on."""
    expected = np.arange(first, first + len(ids))
    if (wrong := np.flatnonzero(ids != expected)).size:
        row = wrong[0]
        raise ExoprobeError(
            f"{path}: its rows are in another order, sample {ids[row]} stands where {expected[row]} belongs; "
            "delete it and run again"
        )


def _check_batch(batch: np.ndarray, info: FeatureInfo, path: str | Path, start: int) -> None:
    if batch.dtype != info.dtype or batch.shape[1:] != (info.dimension,):
        raise ExoprobeError(
            f"{path}: a batch of {batch.dtype} {batch.shape} where {info.dtype} [n, {info.dimension}] belongs"
        )
    if not _all_finite(batch):
        row = start + _first_bad_row(batch)
        raise ExoprobeError(f"{path}: NaN or infinity in the feature of row {row}, in {info.dtype}")


def _all_finite(features: np.ndarray) -> bool:
    """Look for NaN and infinity, in parts that stay in the processor's cache."""
    flat = features.reshape(-1)
    parts = (flat[start : start + CACHED] for start in range(0, len(flat), CACHED))
    if features.dtype == np.float16:  # numpy tests halves slowly; their exponent tells as well
        return all((part.view(np.uint16) << 1).max() < HALF_INFINITY << 1 for part in parts)
    return all(np.isfinite(part).all() for part in parts)


def _first_bad_row(features: np.ndarray) -> int:
    return int(np.argmin(np.isfinite(features).all(1)))

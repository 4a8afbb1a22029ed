"""The feature-file contract: what a cached representation looks like on disk.

Parquet, one row per sample in the dataset's order: ``sample_id``, then ``feature``, the vector's bytes
(``numpy.frombuffer(value, dtype)``, little-endian), non-null, uncompressed, without dictionary. Bytes of one size
are copied as they are; Arrow's tensors, lists to Parquet, are taken apart and put together again at a tenth of
``numpy.load``'s speed. The footer states what the rows are and where they come from, and a checksum per row group;
:func:`read_features` holds the file against it and refuses what does not fit.
"""

import json
import threading
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, fields, replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import xxhash

from exoprobe.errors import ExoprobeError
from exoprobe.files import atomic_write
from exoprobe.prefetch import prefetch

METADATA_KEY = b"exoprobe.features"
CHECKSUMS_KEY = b"exoprobe.checksums"
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
        sample_ids: [N], in the dataset's order.
        batches: arrays [n, D] of ``info.dtype`` that make up the N rows; for float16 also float32, to be rounded.
        info: the footer.

    Raises:
        ExoprobeError: where the batches do not add up to ``info``, or hold NaN or infinity.
    """
    ids, stored = pa.array(sample_ids), pa.binary(info.dimension * np.dtype(info.dtype).itemsize)
    schema = pa.schema(
        [pa.field("sample_id", ids.type, nullable=False), pa.field("feature", stored, nullable=False)],
        metadata={METADATA_KEY: json.dumps(asdict(info)).encode()},
    )
    start, checksums = 0, []
    with atomic_write(path) as temporary:
        options = {"compression": "none", "use_dictionary": False, "write_statistics": False}
        with pq.ParquetWriter(temporary, schema, **options) as writer:
            for batch in _row_groups(batches, info, path):
                column = pa.Array.from_buffers(stored, len(batch), [None, pa.py_buffer(batch)])
                table = pa.table([ids.slice(start, len(batch)), column], schema=schema)
                writer.write_table(table)
                checksums.append(_checksum(table))
                start += len(batch)
            writer.add_key_value_metadata({CHECKSUMS_KEY: json.dumps(checksums).encode()})
        if start != info.rows or len(ids) != info.rows:
            raise ExoprobeError(f"{path}: {start} features for {len(ids)} samples, {info.rows} were announced")


def _row_groups(batches: Iterable[np.ndarray], info: FeatureInfo, path: str | Path) -> Iterator[np.ndarray]:
    """Check the batches and put them together, or cut them, into row groups of one size."""
    size = max(1, GROUP_BYTES // (info.dimension * np.dtype(info.dtype).itemsize))
    kept, start = np.empty((0, info.dimension), info.dtype), 0
    for batch in batches:
        if info.dtype == "float16" and batch.dtype == np.float32:
            batch = batch.astype(np.float16)
        _check_batch(batch, info, path, start)
        start += len(batch)
        kept = np.concatenate([kept, batch]) if len(kept) else np.ascontiguousarray(batch)
        while len(kept) >= size:
            yield kept[:size]
            kept = kept[size:]
    if len(kept):
        yield kept


def _checksum(group: pa.Table) -> str:
    """Return a checksum of the ids and features of a row group."""
    ids = group["sample_id"].to_numpy()
    hashed = xxhash.xxh3_64(" ".join(ids).encode() if ids.dtype == object else np.ascontiguousarray(ids).data)
    for chunk in group["feature"].chunks:
        hashed.update(_bytes(chunk))
    return hashed.hexdigest()


def _bytes(chunk: pa.FixedSizeBinaryArray) -> memoryview:
    """Return the bytes of an array of values of one size."""
    width = chunk.type.byte_width
    return memoryview(chunk.buffers()[1])[chunk.offset * width : (chunk.offset + len(chunk)) * width]


def read_info(path: str | Path) -> FeatureInfo:
    """Read a feature file's footer.

    Raises:
        ExoprobeError: where the file is not a whole feature file.
    """
    return _info(_open(path), path)


def read_sample_ids(path: str | Path) -> np.ndarray:
    """Read which samples the rows of a feature file are, [N]."""
    try:
        return _open(path).read(columns=["sample_id"])["sample_id"].to_numpy()
    except (pa.ArrowException, OSError) as error:
        raise ExoprobeError(f"{path}: damaged ({error})") from error


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
    file = _open(path)
    info = _info(file, path)
    if dataset_digest is not None and info.dataset_digest != dataset_digest:
        raise ExoprobeError(
            f"{path}: holds features of another dataset (digest {info.dataset_digest[:12]}…, "
            f"expected {dataset_digest[:12]}…); delete it and run again"
        )
    starts = np.cumsum([0, *(file.metadata.row_group(group).num_rows for group in range(file.num_row_groups))])
    wanted = [slice(None) if rows is None else rows[low:high] for low, high in pairwise(starts)]
    groups = [group for group, mask in enumerate(wanted) if rows is None or mask.any()]

    opened = threading.local()  # a Parquet file cannot be read by two threads

    def load(group: int) -> np.ndarray:
        if not hasattr(opened, "file"):
            opened.file = _open(path)
        block = _read_group(opened.file, group, info, path)
        if not _all_finite(block):
            raise ExoprobeError(f"{path}: has NaN or infinity in row {starts[group] + _first_bad_row(block)}")
        return block if rows is None or wanted[group].all() else block[wanted[group]]

    yield from prefetch(load, groups, READERS)


def round_features(source: str | Path, path: str | Path) -> None:
    """Copy a feature file with its features rounded to float16."""
    info = replace(read_info(source), dtype="float16")
    write_features(path, read_sample_ids(source), iterate_features(source), info)


def _open(path: str | Path) -> pq.ParquetFile:
    try:
        return pq.ParquetFile(path)
    except FileNotFoundError as error:
        raise ExoprobeError(f"{path}: no such file") from error
    except (pa.ArrowException, OSError, ValueError) as error:
        raise ExoprobeError(f"{path}: not a whole Parquet file ({error})") from error


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


def _read_group(file: pq.ParquetFile, group: int, info: FeatureInfo, path: str | Path) -> np.ndarray:
    try:
        table = file.read_row_group(group)
        intact = _checksum(table) == _checksums(file, path)[group]
    except (pa.ArrowException, OSError) as error:
        raise ExoprobeError(f"{path}: damaged in row group {group} ({error})") from error
    if not intact:
        raise ExoprobeError(f"{path}: damaged in row group {group} (its checksum differs); delete it and run again")
    parts = [
        np.frombuffer(_bytes(chunk), info.dtype).reshape(-1, info.dimension) for chunk in table["feature"].chunks
    ]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def _checksums(file: pq.ParquetFile, path: str | Path) -> list[str]:
    stated = json.loads(file.metadata.metadata.get(CHECKSUMS_KEY, b"[]"))
    if len(stated) != file.num_row_groups:
        raise ExoprobeError(
            f"{path}: its footer states {len(stated)} checksums for {file.num_row_groups} row groups; it was not "
            "written by this version of exoprobe; delete it and run again"
        )
    return stated


def _check_batch(batch: np.ndarray, info: FeatureInfo, path: str | Path, start: int) -> None:
    if batch.dtype != info.dtype or batch.shape[1:] != (info.dimension,):
        raise ExoprobeError(
            f"{path}: a batch of {batch.dtype} {batch.shape} where {info.dtype} [n, {info.dimension}] belongs"
        )
    if not _all_finite(batch):
        raise ExoprobeError(f"{path}: NaN or infinity in the feature of row {start + _first_bad_row(batch)}")


def _all_finite(features: np.ndarray) -> bool:
    """Look for NaN and infinity, in parts that stay in the processor's cache."""
    flat = features.reshape(-1)
    parts = (flat[start : start + CACHED] for start in range(0, len(flat), CACHED))
    if features.dtype == np.float16:  # numpy tests halves slowly; their exponent tells as well
        return all((part.view(np.uint16) << 1).max() < HALF_INFINITY << 1 for part in parts)
    return all(np.isfinite(part).all() for part in parts)


def _first_bad_row(features: np.ndarray) -> int:
    return int(np.argmin(np.isfinite(features).all(1)))

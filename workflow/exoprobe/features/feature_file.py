"""The feature-file contract: what a cached representation looks like on disk.

Parquet, one row per sample in the dataset's order: ``sample_id``, then ``feature`` as Arrow's canonical
``fixed_shape_tensor``, non-null, without dictionary. The footer states what the rows are and where they come
from; :func:`read_features` holds the file against it and refuses what does not fit. Every byte is guarded by a
checksum (:mod:`exoprobe.features.checksums`).
"""

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from exoprobe.errors import ExoprobeError
from exoprobe.features.checksums import add_checksums, check_footer, check_group
from exoprobe.files import atomic_write

METADATA_KEY = b"exoprobe.features"
ROWS_PER_GROUP = 8_192


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
        batches: arrays [n, D] of ``info.dtype`` that make up the N rows.
        info: the footer.

    Raises:
        ExoprobeError: where the batches do not add up to ``info``, or hold NaN or infinity, or the samples are
            in another order.
    """
    _check_order(sample_ids, int(sample_ids[0]), path)
    tensor = pa.fixed_shape_tensor(pa.from_numpy_dtype(info.dtype), [info.dimension])
    ids = pa.array(sample_ids)
    schema = pa.schema(
        [pa.field("sample_id", ids.type, nullable=False), pa.field("feature", tensor, nullable=False)],
        metadata={METADATA_KEY: json.dumps(asdict(info)).encode()},
    )
    # lz4 takes half of zstd's time both ways, for a third more space.
    options = {"compression": "lz4", "use_dictionary": False, "write_statistics": False}
    start = 0
    with atomic_write(path) as temporary:
        with pq.ParquetWriter(temporary, schema, **options) as writer:
            for batch in batches:
                _check_batch(batch, info, path, start)
                column = pa.FixedShapeTensorArray.from_numpy_ndarray(np.ascontiguousarray(batch))
                writer.write_table(pa.table([ids.slice(start, len(batch)), column], schema=schema))
                start += len(batch)
        if start != info.rows or len(ids) != info.rows:
            raise ExoprobeError(f"{path}: {start} features for {len(ids)} samples, {info.rows} were announced")
        add_checksums(temporary)


def read_info(path: str | Path) -> FeatureInfo:
    """Read a feature file's footer.

    Raises:
        ExoprobeError: where the file is not a whole feature file.
    """
    return _open(path)[1]


def read_sample_ids(path: str | Path) -> np.ndarray:
    """Read which samples the rows of a feature file are, [N].

    Raises:
        ExoprobeError: where the file is truncated or damaged.
    """
    file, _, content = _open(path)
    for group in range(file.num_row_groups):
        check_group(content, file.metadata, group, path)
    return file.read(columns=["sample_id"])["sample_id"].to_numpy()


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
        dataset_digest: if given, the dataset whose samples the rows must be, in its order; a part's are not.

    Returns:
        [n, D] in the file's dtype.

    Raises:
        ExoprobeError: where the file is truncated or damaged, has NaN, belongs to another dataset or has its
            rows in another order than the dataset.
    """
    file, info, content = _open(path)
    if dataset_digest is not None and info.dataset_digest != dataset_digest:
        raise ExoprobeError(
            f"{path}: holds features of another dataset (digest {info.dataset_digest[:12]}…, "
            f"expected {dataset_digest[:12]}…); delete it and run again"
        )
    start, stop = (0, info.rows) if rows is None else (rows.start, rows.stop)
    features = np.empty((stop - start, info.dimension), info.dtype)
    offset = 0
    for group in range(file.num_row_groups):
        count = file.metadata.row_group(group).num_rows
        low, high = max(start, offset), min(stop, offset + count)
        if low < high:
            check_group(content, file.metadata, group, path)
            ids, block = _read_group(file, group)
            if dataset_digest is not None:
                _check_order(ids, offset, path)
            features[low - start : high - start] = block[low - offset : high - offset]
        offset += count
    if not np.isfinite(features).all():
        raise ExoprobeError(f"{path}: has NaN or infinity in row {start + _first_bad_row(features)}")
    return features


def _open(path: str | Path) -> tuple[pq.ParquetFile, FeatureInfo, memoryview]:
    """Return the open file, what its footer states, and the file's bytes."""
    try:
        with pa.memory_map(str(path)) as source:
            buffer = source.read_buffer()
    except FileNotFoundError as error:
        raise ExoprobeError(f"{path}: no such file") from error
    except (OSError, ValueError) as error:
        raise ExoprobeError(f"{path}: not a whole Parquet file ({error})") from error
    content = memoryview(buffer)
    check_footer(content, path)
    file = pq.ParquetFile(pa.BufferReader(buffer))
    return file, _info(file, path), content


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


def _read_group(file: pq.ParquetFile, group: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the sample ids [n] and the features [n, D] of a row group."""
    table = file.read_row_group(group)
    features = np.concatenate([chunk.to_numpy_ndarray() for chunk in table["feature"].chunks])
    return table["sample_id"].to_numpy(), features


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
    if not np.isfinite(batch).all():
        raise ExoprobeError(f"{path}: NaN or infinity in the feature of row {start + _first_bad_row(batch)}")


def _first_bad_row(features: np.ndarray) -> int:
    return int(np.argmin(np.isfinite(features).all(1)))

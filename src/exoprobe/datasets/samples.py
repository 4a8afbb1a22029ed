"""The table of a dataset's samples: images, factors, groups and splits as one Parquet file.

Columns: ``sample_id``, the row's number, the factors (for digits ``label`` and ``angle``, for faces one per
attribute), ``group`` (the source digit, the identity), ``split`` and, where there are images, ``image``,
uint8 pixels stored as fixed-size bytes (Parquet would widen single ones to 32 bits) with their shape in the field's
metadata, or ``file``, the name of an image file. Splits are those of :data:`SPLITS` or, for cross-validation,
``fold_0``, ``fold_1`` …; rows of one split lie together, in this order; everything computed per sample keeps it.
Where cross-validation is repeated, ``repeats`` has the number of the row's fold in each repeat, stored as images are.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write, digest_of

SPLITS = ("train", "validation", "test")
ID = "id"  # of the samples, as the user calls them
REPEATS = "repeats"
ROWS_PER_GROUP = 16_384
SHAPE_KEY = b"shape"
FOLD = re.compile(r"fold_\d+")
DIGEST_KEY = b"exoprobe.dataset_digest"


def write_samples(path: str | Path, columns: dict[str, np.ndarray], source_digest: str = "") -> None:
    """Write a dataset's samples, after asserting that they are numbered and no group is in two splits.

    Args:
        path: the Parquet file.
        columns: one array of N rows per column; ``sample_id`` must be there, ``group`` and ``split`` too but for a
            list of pictures, which an audit groups and splits; ``image`` is uint8 [N, height, width], the others
            are [N].
        source_digest: of the image files, where ``file`` only names them; enters the dataset's digest.

    Raises:
        ExoprobeError: where a group is in two splits, the rows are not sorted by split or ``sample_id`` is not
            their number.
    """
    if not np.array_equal(columns["sample_id"], np.arange(len(columns["sample_id"]))):
        raise ExoprobeError(f"{path}: sample_id must number the rows from 0")
    if "split" in columns:
        check_splits(columns["group"], columns["split"])
    arrays = {name: _to_arrow(column) for name, column in columns.items()}
    table = pa.table(
        list(arrays.values()),
        schema=pa.schema([_field(name, columns[name], array) for name, array in arrays.items()]),
    )
    table = table.replace_schema_metadata({DIGEST_KEY: _digest(columns, source_digest).encode()})
    with atomic_write(path) as temporary:
        pq.write_table(
            table,
            temporary,
            row_group_size=ROWS_PER_GROUP,
            compression="zstd",
            use_dictionary=["split"],
            write_page_checksum=True,
        )


def sample_ids(path: str | Path) -> np.ndarray:
    """Return what the user calls each sample: the column ``id``, or else the row's number, as text [N]."""
    name = ID if ID in pq.read_schema(path).names else "sample_id"
    ids: np.ndarray = read_samples(path, [name])[name].astype(str)
    return ids


def read_repeats(path: str | Path) -> np.ndarray:
    """Return the column ``repeats``, uint8 [N, R]; R is 0 where cross-validation is not repeated."""
    if REPEATS in pq.read_schema(path).names:
        return read_samples(path, [REPEATS])[REPEATS]
    return np.zeros((0, 0), np.uint8)


def read_samples(path: str | Path, columns: list[str], split: str | None = None) -> dict[str, np.ndarray]:
    """Read some columns of the samples, of one split or of all.

    Args:
        path: the Parquet file.
        columns: which columns.
        split: one of :data:`SPLITS`, or None for all rows.

    Returns:
        One array per column, N rows; ``image`` as uint8 [N, height, width].

    Raises:
        ExoprobeError: where the file is missing, truncated or damaged.
    """
    filters = None if split is None else [("split", "=", split)]
    with _named(path):
        table = pq.read_table(path, columns=columns, filters=filters, page_checksum_verification=True)
    return {name: _to_numpy(table[name], table.schema.field(name)) for name in columns}


def dataset_digest(path: str | Path) -> str:
    """Return the digest that a samples file states of its own content."""
    with _named(path):
        metadata = pq.read_schema(path).metadata or {}
    if DIGEST_KEY not in metadata:
        raise ExoprobeError(f"{path}: not a samples file of exoprobe (it states no dataset digest)")
    return metadata[DIGEST_KEY].decode()


def label_codes(labels: np.ndarray) -> np.ndarray:
    """Return a samples file's column ``label`` [N] as codes of classes: -1 where it is unknown, or a number."""
    return labels if np.issubdtype(labels.dtype, np.integer) else np.full(len(labels), -1)


def check_splits(groups: np.ndarray, splits: np.ndarray) -> None:
    """Refuse a group that is in two splits, and rows whose splits do not lie together in order."""
    if np.any(np.diff(split_codes(splits)) < 0):
        raise ExoprobeError(f"samples must be sorted by split, in the order {', '.join(split_names(splits))}")
    seen: dict[int, str] = {}
    for group, split in sorted({(group, split) for group, split in zip(groups.tolist(), splits.tolist(), strict=True)}):
        if group in seen:
            raise ExoprobeError(f"group {group} is in two splits, {seen[group]} and {split}")
        seen[group] = split


def split_codes(splits: np.ndarray) -> np.ndarray:
    """Return the number of each row's split in the order of :func:`split_names`, [N]."""
    present, index = np.unique(splits, return_inverse=True)
    order = split_names(present)
    return np.array([order.index(name) for name in present.tolist()], np.int64)[index]


def split_names(splits: np.ndarray) -> list[str]:
    """Return the names of the splits [N] in their order: those of :data:`SPLITS`, or folds by number.

    Raises:
        ExoprobeError: where a name is neither.
    """
    names = set(splits.tolist())
    if names <= set(SPLITS):
        return [name for name in SPLITS if name in names]
    if not all(FOLD.fullmatch(name) for name in names):
        raise ExoprobeError(f"splits are {sorted(names)}; they must be {', '.join(SPLITS)}, or fold_0, fold_1 …")
    return sorted(names, key=lambda name: int(name.removeprefix("fold_")))


def _digest(columns: dict[str, np.ndarray], source_digest: str) -> str:
    names = sorted(columns)
    buffers = [np.ascontiguousarray(columns[name]).view(np.uint8).reshape(-1).data for name in names]
    return digest_of(",".join(names).encode(), *buffers, source_digest.encode())


@contextmanager
def _named(path: str | Path) -> Iterator[None]:
    """Name the file in the error where Arrow cannot read it."""
    try:
        yield
    except (pa.ArrowException, OSError) as error:
        raise ExoprobeError(f"{path}: not a whole samples file ({error}); delete it and run again") from error


def _field(name: str, column: np.ndarray, array: pa.Array) -> pa.Field:
    shape = {SHAPE_KEY: json.dumps(column.shape[1:]).encode()} if column.ndim > 1 else None
    return pa.field(name, array.type, nullable=False, metadata=shape)


def _to_arrow(column: np.ndarray) -> pa.Array:
    if column.ndim == 1:
        return pa.array(column)
    width = column[0].nbytes
    return pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(width), len(column), [None, pa.py_buffer(np.ascontiguousarray(column, np.uint8))]
    )


def _to_numpy(column: pa.ChunkedArray, field: pa.Field) -> np.ndarray:
    shape = (field.metadata or {}).get(SHAPE_KEY)
    if shape is None:
        return column.to_numpy().copy()  # Arrow's own memory is read-only
    width = column.type.byte_width
    pixels = np.empty((len(column), width), np.uint8)
    start = 0
    for chunk in filter(len, column.chunks):
        block = np.frombuffer(chunk.buffers()[1], np.uint8, len(chunk) * width, chunk.offset * width)
        pixels[start : start + len(chunk)] = block.reshape(-1, width)
        start += len(chunk)
    return pixels.reshape(-1, *json.loads(shape))

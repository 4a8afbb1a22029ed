"""A user's features in tables: CSV, and Parquet in its several forms."""

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from exoprobe.datasets.factor_table import block_size, check_text, parse_options, read_csv
from exoprobe.datasets.row_names import row_from_zero
from exoprobe.datasets.table_columns import (
    PANDAS_INDEX,
    check_column,
    column_names,
    csv_records,
    csv_row,
    cut,
    delimiter,
    is_pandas_index,
)
from exoprobe.datasets.user_file import UserFile, load_type, refuse_unreadable
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import read_features, read_info, read_sample_ids
from exoprobe.features.feature_store import METADATA_KEY
from exoprobe.io.locations import Location

BATCH = 1_024  # rows


def open_csv(location: Location, id_column: str | None) -> UserFile:
    """Open a CSV file whose columns, but for the ids and an index that pandas wrote, are the features.

    Raises:
        ExoprobeError: where the id column is not there.
    """
    path = location.path
    names = column_names(path)
    if id_column is not None:
        check_column(path, "id", id_column, names)
    features = [name for name in names if name != id_column and not is_pandas_index(name)]
    if not features:
        raise ExoprobeError(f"{path} has no column of features beside {', '.join(filter(None, names))}")
    with _fields_named(path):
        ids = read_csv(path, [names[0] if id_column is None else id_column])  # the first, to count the rows
    read = pa_csv.ReadOptions(block_size=block_size(path), column_names=names, skip_rows=1)

    def load() -> np.ndarray:
        with refuse_unreadable(path):
            try:
                table = _read_numbers(path, read, features, ".")
            except pa.ArrowInvalid:
                if delimiter(path) == ",":
                    _refuse_text(path, features)
                    raise
                try:
                    table = _read_numbers(path, read, features, ",")
                except pa.ArrowInvalid:
                    _refuse_text(path, features)
                    raise
            return columns_array(table.select(features))

    taken = None if id_column is None else _numpy(ids[id_column])
    return UserFile(
        path, len(ids), len(features), load, taken, features, _indices(names, id_column), row=partial(csv_row, path)
    )


def _read_numbers(path: Path, read: pa_csv.ReadOptions, features: list[str], decimal_point: str) -> pa.Table:
    types = dict.fromkeys(read.column_names, pa.string()) | dict.fromkeys(features, pa.float64())
    wanted = pa_csv.ConvertOptions(column_types=types, decimal_point=decimal_point)
    return pa_csv.read_csv(path, read_options=read, parse_options=parse_options(path), convert_options=wanted)


def _indices(names: list[str], id_column: str | None) -> list[str]:
    """Return the columns of row numbers that pandas wrote under a name."""
    return [name for name in names if is_pandas_index(name) and name not in PANDAS_INDEX and name != id_column]


@contextmanager
def _fields_named(path: Path) -> Iterator[None]:
    """Name the line of a CSV file that has another number of fields or is not text."""
    try:
        yield
    except pa.ArrowInvalid as error:
        check_text(path)
        if match := re.search(r"Expected (\d+) columns, got (\d+)", str(error)):
            wanted = int(match[1])
            line = next((line for line, record in csv_records(path) if len(record) != wanted), None)
            raise ExoprobeError(
                f"{path}: line 1 has {wanted} fields, line {line} has {match[2]}; give every line as many as there "
                "are names in the first"
            ) from error
        raise


def open_parquet(location: Location, id_column: str | None) -> UserFile:
    """Open a Parquet file: a feature file of exoprobe, one column of vectors, or a column per feature.

    Raises:
        ExoprobeError: where it is none of these, or the id column is not there.
    """
    path = location.path
    schema = pq.read_schema(path)
    names = column_names(path)
    if id_column is not None:
        check_column(path, "id", id_column, names)
    if METADATA_KEY in (pq.read_metadata(path).metadata or {}):
        return _feature_file(path, id_column)
    ids = None if id_column is None else _numpy(pq.read_table(path, columns=[id_column])[id_column])
    fields = [field for field in schema if field.name != id_column and not is_pandas_index(field.name)]
    vectors = [field.name for field in fields if is_vector(field.type)]
    if len(vectors) > 1:
        raise ExoprobeError(f"{path} must hold one column of vectors, but has {', '.join(vectors)}")
    return _vectors(path, vectors[0], ids) if vectors else _columns(path, fields, ids)


def _feature_file(path: Path, id_column: str | None) -> UserFile:
    info = read_info(path)
    if id_column not in (None, "sample_id"):
        raise ExoprobeError(f"id is {id_column!r}, but the ids of {path} are called sample_id")
    ids = None if id_column is None else read_sample_ids(path)
    return UserFile(path, info.rows, info.dimension, lambda: read_features(path), ids)


def _columns(path: Path, fields: list[pa.Field], ids: np.ndarray | None) -> UserFile:
    number = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean, pa.types.is_decimal)
    if others := [field for field in fields if not any(is_type(field.type) for is_type in number)]:
        raise ExoprobeError(
            f"{path}: column {others[0].name} holds {others[0].type}; features must be numbers, and an id column "
            "is named by id"
        )
    names, rows = [field.name for field in fields], pq.read_metadata(path).num_rows

    def load() -> np.ndarray:
        with refuse_unreadable(path):
            return columns_array(pq.read_table(path, columns=names))

    indices = _indices(pq.read_schema(path).names, None)
    return UserFile(path, rows, len(names), load, ids, names, indices)


def _vectors(path: Path, name: str, ids: np.ndarray | None) -> UserFile:
    rows = pq.read_metadata(path).num_rows
    if rows and not (dimension := vector_length(path, name)):
        raise ExoprobeError(f"{path}: {row_from_zero(0)} has no vector in column {name}; every row needs one")
    return UserFile(path, rows, dimension, lambda: read_vectors([path], name, rows, dimension), ids)


def vector_length(path: Path, name: str) -> int:
    """Return how long the first vector in a column of a Parquet file is; 0 where there is none."""
    first = next(pq.ParquetFile(path, pre_buffer=False).iter_batches(1, columns=[name]), None)
    return 0 if first is None else int(_lengths(_lists(first.column(0)))[0].as_py() or 0)


def read_vectors(paths: Sequence[Path], name: str, rows: int, dimension: int) -> np.ndarray:
    """Read a column of vectors of Parquet files, one after the other: [N, D].

    Raises:
        ExoprobeError: where a vector has another length, or a file cannot be read.
    """
    kind = pq.read_schema(paths[0]).field(name).type
    kind = kind.storage_type if isinstance(kind, pa.BaseExtensionType) else kind
    features, start = np.empty((rows, dimension), _numpy_type(kind.value_type)), 0
    for path in paths:
        before = start
        with refuse_unreadable(path):  # in one thread and small batches, whose memory is used again and again
            file = pq.ParquetFile(path, pre_buffer=False)
            for batch in file.iter_batches(BATCH, columns=[name], use_threads=False):
                block = _block(_lists(batch.column(0)), dimension, path, start - before)
                features[start : start + len(block)] = block
                start += len(block)
    return features


def is_vector(kind: pa.DataType) -> bool:
    """Return whether a column of this type holds vectors."""
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return isinstance(kind, pa.FixedShapeTensorType) or any(is_type(kind) for is_type in lists)


def vectors_array(column: pa.ChunkedArray, path: Path) -> np.ndarray:
    """Return a column of vectors as an array [N, D]; refuse vectors of another length than the first's."""
    lists = [_lists(chunk) for chunk in column.chunks if len(chunk)]
    dimension = int(_lengths(lists[0])[0].as_py() or 0)
    features, start = np.empty((len(column), dimension), _numpy_type(lists[0].type.value_type)), 0
    for chunk in lists:
        features[start : start + len(chunk)] = _block(chunk, dimension, path, start)
        start += len(chunk)
    return features


def _lists(column: pa.Array) -> pa.Array:
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def _lengths(lists: pa.Array) -> pa.Array:
    return pc.list_value_length(lists)


def _block(lists: pa.Array, dimension: int, path: Path, start: int) -> np.ndarray:
    """Return vectors as [n, D]; refuse those of another length, missing ones among them."""
    is_fixed = pa.types.is_fixed_size_list(lists.type) and lists.type.list_size == dimension and not lists.null_count
    lengths = np.empty(0) if is_fixed else _lengths(lists).fill_null(0).to_numpy(zero_copy_only=False)
    if (wrong := np.flatnonzero(lengths != dimension)).size:
        row = wrong[0]
        raise ExoprobeError(
            f"{path}: {row_from_zero(start + row)} has {lengths[row]} features, the first has {dimension}"
        )
    values = lists.flatten()
    if pa.types.is_nested(values.type):
        raise ExoprobeError(
            f"{path}: its vectors hold {values.type}; features must be 2-D, a vector of numbers per row"
        )
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        try:
            values = values.cast(pa.float64())
        except pa.ArrowInvalid as error:
            raise ExoprobeError(f"{path}: its vectors hold text that is no number ({error})") from error
    return values.to_numpy(zero_copy_only=False).reshape(-1, dimension)


def columns_array(table: pa.Table) -> np.ndarray:
    """Return a table of numbers as an array [N, D]."""
    kinds = {_numpy_type(kind) for kind in table.schema.types}
    features = np.empty((len(table), table.num_columns), np.float64 if np.float64 in kinds else np.float32)
    for index, column in enumerate(table.itercolumns()):
        features[:, index] = (
            column.cast(pa.float64()).to_numpy() if pa.types.is_decimal(column.type) else column.to_numpy()
        )
    return features


def _numpy_type(kind: pa.DataType) -> type[np.float32] | type[np.float64]:
    if pa.types.is_boolean(kind):
        return np.float32
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return load_type(np.dtype(kind.to_pandas_dtype()))
    return np.float64


def _refuse_text(path: Path, names: list[str]) -> None:
    """Name the first value in the file that is no number."""
    check_text(path)
    table = read_csv(path, names)
    first: tuple[int, int, str] | None = None
    for index, name in enumerate(names):
        column = table[name].to_pandas()
        numbers = pd.to_numeric(column, errors="coerce")
        wrong = np.flatnonzero((numbers.isna() & column.notna()).to_numpy())
        if wrong.size and (first is None or wrong[0] < first[0]):
            first = int(wrong[0]), index, str(column.iloc[wrong[0]])
    if first is None:
        return
    row, index, value = first
    start = f"{path}: {csv_row(path, row)}, column {names[index]} is {cut(value)!r}"
    if value.lstrip().startswith(("[", "(")) and len(value.split()) > 1:
        raise ExoprobeError(f"{start}, a vector as text; save the vectors as .npy or .parquet")
    if re.fullmatch(r"[-+]?\d+,\d+", value.strip()):
        raise ExoprobeError(f"{start}, with a decimal comma; save it with decimal points")
    raise ExoprobeError(f"{start}; features must be numbers, and an id column is named by id")


def _numpy(ids: pa.ChunkedArray) -> np.ndarray:
    return ids.to_pandas().to_numpy()

"""A user's features in tables: CSV, and Parquet in its several forms."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from exoprobe.datasets.table_columns import PANDAS_INDEX, check_column, column_names
from exoprobe.datasets.user_file import UserFile, reading
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import read_features, read_info, read_sample_ids
from exoprobe.features.feature_store import METADATA_KEY

BATCH = 8_192  # rows
CSV_BLOCK = 1 << 24  # bytes; a line must fit


def open_csv(path: Path, id_column: str | None) -> UserFile:
    """Open a CSV file whose columns, but for the ids and an index that pandas wrote, are the features.

    Raises:
        ExoprobeError: where the id column is not there.
    """
    names = column_names(path)
    if id_column is not None:
        check_column(path, "id", id_column, names)
    features = [name for name in names if name != id_column and name not in PANDAS_INDEX]
    read = pa_csv.ReadOptions(block_size=CSV_BLOCK)
    first = names[0] if id_column is None else id_column  # to count the rows
    options = pa_csv.ConvertOptions(
        include_columns=[first], column_types={first: pa.string()}, strings_can_be_null=True, null_values=[""]
    )
    ids = pa_csv.read_csv(path, read_options=read, convert_options=options)[first]

    def load() -> np.ndarray:
        types = dict.fromkeys(features, pa.float32())
        wanted = pa_csv.ConvertOptions(include_columns=features, column_types=types)
        with reading(path):
            try:
                return _fill(pa_csv.open_csv(path, read_options=read, convert_options=wanted), len(ids), features)
            except pa.ArrowInvalid:
                _refuse_text(path, features)
                raise

    return UserFile(path, len(ids), len(features), load, None if id_column is None else _numpy(ids), features)


def open_parquet(path: Path, id_column: str | None) -> UserFile:
    """Open a Parquet file: a feature file of exoprobe, one column of vectors, or a column per feature.

    Raises:
        ExoprobeError: where it is none of these, or the id column is not there.
    """
    schema = pq.read_schema(path)
    if id_column is not None:
        check_column(path, "id", id_column, column_names(path))
    if METADATA_KEY in (pq.read_metadata(path).metadata or {}):
        return _own_file(path, id_column)
    ids = None if id_column is None else _numpy(pq.read_table(path, columns=[id_column])[id_column])
    fields = [field for field in schema if field.name != id_column and field.name not in PANDAS_INDEX]
    vectors = [field.name for field in fields if _is_vector(field.type)]
    if len(vectors) > 1:
        raise ExoprobeError(f"{path} must hold one column of vectors, but has {', '.join(vectors)}")
    return _vectors(path, vectors[0], ids) if vectors else _columns(path, fields, ids)


def _own_file(path: Path, id_column: str | None) -> UserFile:
    info = read_info(path)
    if id_column not in (None, "sample_id"):
        raise ExoprobeError(f"id is {id_column!r}, but the ids of {path} are called sample_id")
    ids = None if id_column is None else read_sample_ids(path)
    return UserFile(path, info.rows, info.dimension, lambda: read_features(path), ids)


def _columns(path: Path, fields: list[pa.Field], ids: np.ndarray | None) -> UserFile:
    number = (pa.types.is_integer, pa.types.is_floating, pa.types.is_boolean)
    if others := [field for field in fields if not any(is_one(field.type) for is_one in number)]:
        raise ExoprobeError(
            f"{path}: column {others[0].name} holds {others[0].type}; features must be numbers, and an id column "
            "is named by id"
        )
    names, rows = [field.name for field in fields], pq.read_metadata(path).num_rows

    def load() -> np.ndarray:
        with reading(path):
            return _fill(pq.ParquetFile(path).iter_batches(BATCH, columns=names), rows, names)

    return UserFile(path, rows, len(names), load, ids, names)


def _vectors(path: Path, name: str, ids: np.ndarray | None) -> UserFile:
    rows = pq.read_metadata(path).num_rows
    first = next(pq.ParquetFile(path).iter_batches(1, columns=[name]), None)
    dimension = 0 if first is None else int(_lengths(_lists(first))[0].as_py() or 0)

    def load() -> np.ndarray:
        features, start = np.empty((rows, dimension), np.float32), 0
        with reading(path):
            for batch in pq.ParquetFile(path).iter_batches(BATCH, columns=[name]):
                block = _block(_lists(batch), dimension, path, start)
                features[start : start + len(block)] = block
                start += len(block)
        return features

    return UserFile(path, rows, dimension, load, ids)


def _is_vector(kind: pa.DataType) -> bool:
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return isinstance(kind, pa.FixedShapeTensorType) or any(is_one(kind) for is_one in lists)


def _lists(batch: pa.RecordBatch) -> pa.Array:
    column = batch.column(0)
    return column.storage if isinstance(column, pa.ExtensionArray) else column


def _lengths(lists: pa.Array) -> pa.Array:
    return pc.list_value_length(lists)


def _block(lists: pa.Array, dimension: int, path: Path, start: int) -> np.ndarray:
    """Return vectors as [n, D]; refuse those of another length, missing ones among them."""
    lengths = _lengths(lists).fill_null(0).to_numpy(zero_copy_only=False)
    if (wrong := np.flatnonzero(lengths != dimension)).size:
        row = wrong[0]
        raise ExoprobeError(
            f"{path}: row {start + row} (from 0) has {lengths[row]} features, the first has {dimension}"
        )
    return lists.flatten().to_numpy(zero_copy_only=False).reshape(-1, dimension)


def _fill(batches: Iterable[pa.RecordBatch], rows: int, names: list[str]) -> np.ndarray:
    features, start = np.empty((rows, len(names)), np.float32), 0
    with np.errstate(over="ignore"):  # what float32 cannot hold becomes infinity, and is refused
        for batch in batches:
            for place, column in enumerate(batch.columns):
                features[start : start + len(batch), place] = column.to_numpy(zero_copy_only=False)
            start += len(batch)
    return features


def _refuse_text(path: Path, names: list[str]) -> None:
    """Name the first value in the file that is no number."""
    start = 0
    for part in pd.read_csv(path, usecols=names, dtype=str, keep_default_na=False, chunksize=BATCH):
        numbers = part.apply(pd.to_numeric, errors="coerce")
        wrong = (numbers.isna() & ~part.isin(["", "nan", "NaN"])).to_numpy()
        if wrong.any():
            row, place = np.argwhere(wrong)[0]
            raise ExoprobeError(
                f"{path}: row {start + row} (from 0), column {part.columns[place]} is {part.iloc[row, place]!r}; "
                "features must be numbers, and an id column is named by id"
            )
        start += len(part)


def _numpy(ids: pa.ChunkedArray) -> np.ndarray:
    return ids.to_pandas().to_numpy()

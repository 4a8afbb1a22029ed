"""Reading a user's table of factors, a row per sample: CSV or Parquet."""

import csv
from collections.abc import Collection
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from exoprobe.datasets.table_columns import PANDAS_INDEX, TABLES, column_names
from exoprobe.errors import ExoprobeError

MISSING = ["", "nan", "NaN", "NA"]  # in CSV; "None" may be a category


def read_factor_table(path: str | Path, texts: Collection[str] = ()) -> pd.DataFrame:
    """Read a table of factors.

    Args:
        path: CSV, or Parquet, of which columns that hold bytes (images) or lists are skipped.
        texts: columns of a CSV that name something: 007 is not 7 there.

    Returns:
        A row per sample, numbered from 0; missing values as pandas has them.

    Raises:
        ExoprobeError: where the file is missing, of another form, or without rows, in one line that names it.
    """
    path = Path(path)
    if path.suffix not in TABLES:
        raise ExoprobeError(f"{path}: factors are read from {' and '.join(TABLES)}; its name ends in neither")
    if path.suffix == ".csv":
        _check_fields(path)
    names = [name for name in column_names(path) if name not in PANDAS_INDEX]
    try:
        table = _read_parquet(path, names) if path.suffix == ".parquet" else _read_csv(path, names, texts)
    except Exception as error:  # of a damaged file the readers raise what they like
        raise ExoprobeError(f"{path} cannot be read as a table ({error})") from error
    if table.empty:
        raise ExoprobeError(f"{path} has no rows; it needs one per sample")
    return table


def _check_fields(path: Path) -> None:
    """Refuse rows with other than a field for each column; pandas would move what stands in them."""
    count = len(column_names(path))
    with path.open(encoding="utf-8-sig", newline="", errors="replace") as file:
        rows = csv.reader(file)
        for row in rows:
            if row and len(row) != count:
                raise ExoprobeError(
                    f"{path}: line {rows.line_num} has {len(row)} fields, but the first line names {count}; "
                    "quote a text that holds a comma"
                )


def _read_csv(path: Path, names: list[str], texts: Collection[str]) -> pd.DataFrame:
    return pd.read_csv(
        path,
        usecols=names,
        dtype=dict.fromkeys(texts, str),
        keep_default_na=False,
        na_values=MISSING,
        low_memory=False,
        encoding="utf-8-sig",
        index_col=False,
    )


def _read_parquet(path: Path, names: list[str]) -> pd.DataFrame:
    schema = pq.read_schema(path)
    kept = [name for name in names if not _is_bulky(schema.field(name).type)]
    return pq.read_table(path, columns=kept).to_pandas(ignore_metadata=True)


def _is_bulky(kind: pa.DataType) -> bool:
    binary = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    nested = pa.types.is_nested(kind) or isinstance(kind, pa.ExtensionType)
    return nested or any(is_one(kind) for is_one in binary)

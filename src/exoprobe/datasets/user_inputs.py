"""What a user gives in Python, as files: arrays, tensors and tables beside paths and addresses."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import Location, parse_location
from exoprobe.io.remote import fetch, is_remote

FETCHED = "fetched"  # the folder for what lay elsewhere


@dataclass(frozen=True)
class InputFile:
    """An input as a file.

    Attributes:
        path: to read.
        given: what the results call it: the path as given, or the kind of object.
    """

    path: Path
    given: str


def fetched(given: Any, folder: Path) -> Any:  # noqa: ANN401 as it was given
    """Return what was given; of an address, where the file is that was fetched from there.

    Args:
        given: a path, an address, or anything else.
        folder: in which :data:`FETCHED` is, which each address is fetched to once.

    Raises:
        ExoprobeError: where it cannot be had, in one sentence that names the address.
    """
    if not isinstance(given, str) or not is_remote(given):
        return given
    location = parse_location(given)
    return replace(location, path=fetch(location.address, folder / FETCHED))


def as_feature_file(features: object, name: str, folder: Path, id_column: str | None) -> InputFile:
    """Return features as a file; what is none yet is written to one.

    Args:
        features: a path or location, an array or tensor [N, D], or a DataFrame.
        name: of the file.
        folder: for the file.
        id_column: a column or the index of a DataFrame.

    Raises:
        ExoprobeError: where they are none of these, or not numbers.
    """
    if isinstance(features, Location):
        return InputFile(Path(str(features)), features.given)
    if isinstance(features, str | Path):
        return InputFile(Path(features), str(features))
    folder.mkdir(parents=True, exist_ok=True)
    if isinstance(features, pd.DataFrame):
        path = folder / f"{name}.parquet"
        _write_table(features, path, name, [id_column], "features")
        return InputFile(path, f"DataFrame of {len(features):,} rows")
    if id_column is not None:
        raise ExoprobeError(
            f"features {name}: an array holds no ids; give a DataFrame with the column {id_column!r}, or no id to "
            "join by order"
        )
    kind, array = _array(features, name)
    path = folder / f"{name}.npy"
    np.save(path, array, allow_pickle=False)
    return InputFile(path, f"{kind} of {' × '.join(map(str, array.shape))}")


def as_factor_file(factors: object, folder: Path, texts: Iterable[str | None]) -> InputFile:
    """Return a table of factors as a file; what is none yet is written to one.

    Args:
        factors: a path or location, a DataFrame, or a mapping of columns.
        folder: for the file.
        texts: columns that name something and are read as text, as those of a CSV file are: the groups, the ids.

    Raises:
        ExoprobeError: where it is none of these.
    """
    if isinstance(factors, Location):
        return InputFile(Path(str(factors)), factors.given)
    if isinstance(factors, str | Path):
        return InputFile(Path(factors), str(factors))
    if not isinstance(factors, pd.DataFrame | Mapping):
        raise ExoprobeError(
            f"factors is a {type(factors).__name__}; give a path, a DataFrame or a dict of columns, a row per sample"
        )
    try:
        table = pd.DataFrame(factors)
    except ValueError as error:
        raise ExoprobeError(f"factors cannot be made a table ({error})") from error
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "factors.parquet"
    _write_table(table, path, "factors", texts, "factors")
    return InputFile(path, f"DataFrame of {len(table):,} rows")


def without_folder(text: str, folder: Path) -> str:
    """Return a message without the paths of a temporary folder, or of those within that hold the inputs."""
    text = re.sub(rf"{re.escape(str(folder / FETCHED))}/\w+/", "", text)
    for hidden in (folder / "features", folder / "factors", folder):
        text = text.replace(f"{hidden}/", "")
    return text


def _array(features: Any, name: str) -> tuple[str, np.ndarray]:  # noqa: ANN401 a tensor, without importing torch
    """Return an array or tensor as an array of numbers, and what it is called."""
    kind = "array"
    if np.ma.isMaskedArray(features):
        if np.ma.is_masked(features):
            raise ExoprobeError(f"features {name} is masked in places; features must be known everywhere")
        features = features.data
    if hasattr(features, "detach"):
        kind, tensor = "tensor", features.detach().cpu()
        features = (tensor.float() if str(tensor.dtype) == "torch.bfloat16" else tensor).numpy()
    if not isinstance(features, np.ndarray):
        raise ExoprobeError(
            f"features {name} is a {type(features).__name__}; give a path, a numpy array, a tensor or a DataFrame"
        )
    if features.dtype.kind not in "fiub":
        raise ExoprobeError(f"features {name} has values of type {features.dtype}; features must be numbers")
    return kind, features


def _write_table(table: pd.DataFrame, path: Path, name: str, texts: Iterable[str | None], what: str) -> None:
    """Write a table as Parquet, with text in the columns that name something and no categories."""
    wanted = [column for column in texts if column is not None]
    if table.index.name in wanted and table.index.name not in table.columns:
        table = table.reset_index()
    table = table.rename(columns=str)
    if (again := table.columns[table.columns.duplicated()]).size:
        raise ExoprobeError(f"{what}: two columns are called {again[0]!r}; rename one")
    stored = {column: _as_text(table[column]) if column in wanted else _storable(table[column]) for column in table}
    try:
        pd.DataFrame(stored, index=table.index).to_parquet(path, index=False)
    except (TypeError, ValueError) as error:  # Arrow's own are both
        raise ExoprobeError(f"{name}: cannot be written as a table ({error})") from error


def _storable(column: pd.Series) -> pd.Series:
    """Return a column as Parquet can hold it: one of other objects as their text."""
    if isinstance(column.dtype, pd.SparseDtype):
        return column.astype(column.dtype.subtype)
    if isinstance(column.dtype, pd.PeriodDtype):
        return column.dt.to_timestamp()
    if isinstance(column.dtype, pd.CategoricalDtype) and isinstance(column.cat.categories.dtype, pd.IntervalDtype):
        return column.cat.rename_categories(str)
    try:
        is_nested = isinstance(pa.Array.from_pandas(column).type, pa.ExtensionType)
    except (TypeError, ValueError, OverflowError, NotImplementedError):  # Arrow's own are among these
        return _as_text(column)
    return _as_text(column) if is_nested else column


def _as_text(column: pd.Series) -> pd.Series:
    return column.astype(object).map(lambda value: None if pd.isna(value) else str(value))

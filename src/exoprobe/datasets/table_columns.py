"""The columns of a user's CSV or Parquet file, known from its first line or its footer alone."""

import csv
import difflib
from collections.abc import Sequence
from pathlib import Path

from exoprobe.errors import ExoprobeError

TABLES = (".csv", ".parquet")
PANDAS_INDEX = ("", "__index_level_0__")  # what pandas calls the index that it writes beside the columns


def column_names(path: str | Path) -> list[str]:
    """Return the names of a table's columns without reading its rows.

    Raises:
        ExoprobeError: where the file cannot be read, is empty, or names a column twice or none at all.
    """
    path = Path(path)
    names = _parquet_names(path) if path.suffix == ".parquet" else _csv_names(path)
    if twice := [name for name in names if names.count(name) > 1]:
        raise ExoprobeError(f"{path}: two columns are called {twice[0]!r}; rename one")
    return names


def check_column(path: str | Path, key: str, name: str, known: Sequence[str]) -> None:
    """Refuse the name of a column that is not there.

    Args:
        path: the table.
        key: what of the configuration names the column.
        name: the column.
        known: the table's columns.

    Raises:
        ExoprobeError: with the name that may have been meant.
    """
    if name in known:
        return
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"it has {', '.join(filter(None, known))}"
    raise ExoprobeError(f"{key} is {name!r}, but {path} has no such column; {hint}")


def _parquet_names(path: Path) -> list[str]:
    import pyarrow.parquet as pq  # takes its time to import, and the workflow asks before every job

    try:
        return pq.read_schema(path).names
    except (OSError, ValueError) as error:  # Arrow's own are ValueErrors
        raise ExoprobeError(f"{path} cannot be read as Parquet ({error})") from error


def _csv_names(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            names = next(csv.reader(file), [])
    except UnicodeDecodeError as error:
        raise ExoprobeError(f"{path} is not in UTF-8 ({error.reason}); save it so") from error
    except (OSError, ValueError, csv.Error) as error:
        raise ExoprobeError(f"{path} cannot be read as CSV ({error})") from error
    if len(names) == 1 and (other := next((mark for mark in (";", "\t") if mark in names[0]), None)):
        raise ExoprobeError(f"{path}: its columns are parted by {other!r}; save it with commas")
    if not names:
        raise ExoprobeError(f"{path} is empty; its first line must name the columns")
    if _are_values(names):
        raise ExoprobeError(f"{path}: its first line must name the columns; it holds numbers, such as {names[-1]}")
    return names


def _are_values(names: Sequence[str]) -> bool:
    """Tell a first row of numbers from pandas's own names, 0, 1, 2 …"""
    named = [name for name in names if name not in PANDAS_INDEX]
    if named == [str(place) for place in range(len(named))]:
        return False
    try:
        return bool([float(name) for name in names])
    except ValueError:
        return False

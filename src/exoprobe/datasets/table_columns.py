"""The columns of a user's CSV or Parquet file, known from its first line or its footer alone."""

import csv
import difflib
import io
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import IO, TextIO

from exoprobe.datasets.file_content import check_content
from exoprobe.datasets.row_names import LINE
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import Location
from exoprobe.io.unpacking import open_gzip

TABLES = (".csv", ".tsv", ".parquet")
FACTOR_TABLES = (*TABLES, ".xlsx", ".h5ad", ".h5mu", ".zarr")
DELIMITERS = (",", "\t", ";", "|")
DELIMITED_BY = 1 << 16  # characters to look at
PANDAS_INDEX = ("", "__index_level_0__")  # what pandas calls the index that it writes beside the columns
WRITTEN_TWICE = re.compile(r"Unnamed: \d+(_level_\d+)?(\.\d+)?|__index_level_\d+__")  # what it calls one it has read
NAMED = 8  # columns named in a message

csv.field_size_limit(min(sys.maxsize, 2**31 - 1))  # a field of 131,072 characters is the library's own limit


def column_names(path: str | Path) -> list[str]:
    """Return the names of a table's columns without reading its rows; blanks around them do not count.

    Raises:
        ExoprobeError: where the file cannot be read, is empty, or names a column twice or none at all.
    """
    path = Path(path)
    check_content(path)
    match Location(path).suffix:
        case ".parquet":
            names = _parquet_names(path)
        case ".csv" | ".tsv":
            names = _csv_names(path)
        case _:
            from exoprobe.datasets.other_tables import read_other_table  # its libraries take their time

            names = [str(name) for name in read_other_table(path)]
    check_names(path, names)
    return names


def check_names(path: Path, names: Sequence[str]) -> None:
    """Refuse columns of the same name, or without one."""
    twice, count = Counter(names).most_common(1)[0] if names else ("", 0)
    if count > 1 and not twice:
        raise ExoprobeError(f"{path}: {count} columns have no name; its first line must name the columns")
    if count > 1:
        raise ExoprobeError(f"{path}: two columns are called {twice!r}; rename one")


def open_text(path: Path, errors: str = "strict") -> TextIO:
    """Open a file of text in UTF-8, packed with gzip or not.

    Args:
        path: the file.
        errors: what is done with bytes that are no text, as of :func:`open`.
    """
    return io.TextIOWrapper(open_bytes(path), encoding="utf-8-sig", errors=errors, newline="")


def csv_records(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield the records of a CSV file but blank ones, with the line that each begins in; the first has the names.

    Raises:
        ExoprobeError: where one cannot be read, with its line.
    """
    with open_text(path, errors="replace") as file:
        records, line = csv.reader(file, delimiter=delimiter(path)), 1
        try:
            for record in records:
                if record:
                    yield line, record
                line = records.line_num + 1
        except csv.Error as error:
            raise ExoprobeError(f"{path}: line {line} cannot be read ({error})") from error


def csv_row(path: Path, position: int) -> str:
    """Return what a row of a CSV file is called, counted from 0 without the names: its line."""
    return LINE.format(next(islice(csv_records(path), position + 1, None))[0])


def open_bytes(path: Path) -> IO[bytes]:
    """Open a file, packed with gzip or not."""
    return open_gzip(path) if path.suffix == ".gz" else path.open("rb")


def delimiter(path: Path) -> str:
    """Return what parts the columns of a CSV file.

    What parts the first lines into equally many fields; else, and of several, what parts the first into most.
    """
    with open_text(path, errors="replace") as file:
        start = file.read(DELIMITED_BY)
    first, *others = start.splitlines() or [""]
    if Location(path).suffix == ".tsv" and ("\t" in first or not set(DELIMITERS) & set(first)):
        return "\t"
    whole = others if len(start) < DELIMITED_BY else others[:-1]  # the last line may be cut
    lines = [line for line in [first, *whole] if line.strip()]

    def parted(mark: str) -> tuple[bool, int]:
        counts = [len(row) for row in csv.reader(lines, delimiter=mark)]
        return len(set(counts)) == 1 < counts[0], counts[0]

    return max(DELIMITERS, key=parted) if lines else DELIMITERS[0]


def is_pandas_index(name: str) -> bool:
    """Return whether a column is the row numbers that pandas wrote, not something that the user named."""
    return name in PANDAS_INDEX or WRITTEN_TWICE.fullmatch(name) is not None


def check_column(path: str | Path, key: str, name: str, known: Sequence[str]) -> None:
    """Refuse the name of a column that is not there.

    Args:
        path: the table.
        key: where the name is given, for the message.
        name: the column's.
        known: the table's columns.

    Raises:
        ExoprobeError: in one line that names key and column, and the columns that are there.
    """
    if name in known:
        return
    closest = difflib.get_close_matches(name.casefold().strip(), [other.casefold().strip() for other in known], 1)
    meant = [other for other in known if closest and other.casefold().strip() == closest[0]]
    shown = [other if other == other.strip() else repr(other) for other in meant]
    hint = f"did you mean {shown[0]}?" if shown else f"it has {listed([other for other in known if other])}"
    raise ExoprobeError(f"{key} is {name!r}, but {path} has no such column; {hint}")


def listed(names: Sequence[str]) -> str:
    """Return the first names, and how many more there are."""
    more = f" and {len(names) - NAMED:,} more" if len(names) > NAMED else ""
    return ", ".join(names[:NAMED]) + more


def _parquet_names(path: Path) -> list[str]:
    import pyarrow.parquet as pq  # takes its time to import, and the workflow asks before every job

    try:
        return pq.read_schema(path).names
    except (OSError, ValueError) as error:  # Arrow's own are ValueErrors
        raise ExoprobeError(f"{path} cannot be read as Parquet ({error})") from error


def _csv_names(path: Path) -> list[str]:
    try:
        with open_text(path) as file:
            names = [name.strip() for name in next(csv.reader(file, delimiter=delimiter(path)), [])]
    except UnicodeDecodeError as error:
        raise not_utf8(path, error) from error
    except (OSError, ValueError, csv.Error) as error:
        raise ExoprobeError(f"{path} cannot be read as CSV ({error})") from error
    if not names:
        fault = "its first line is blank; remove it, so that the names come first"
        with open_text(path, errors="replace") as file:
            is_blank = not file.read().strip()
        raise ExoprobeError(
            f"{path} is empty; its first line must name the columns" if is_blank else f"{path}: {fault}"
        )
    _check_names(path, names)
    return names


def _check_names(path: Path, names: Sequence[str]) -> None:
    """Refuse a first line that is a comment, names nothing, or is parted by something else than commas."""
    if any("\0" in name for name in names):
        raise ExoprobeError(f"{path} is not in UTF-8 (it holds zero bytes, as UTF-16 does); save it so")
    if names[0].casefold().startswith("sep="):
        raise ExoprobeError(
            f"{path}: its first line is Excel's {cut(names[0])!r}; remove it, so that the names come first"
        )
    if names[0].startswith("#"):
        raise ExoprobeError(
            f"{path}: its first line is a comment, {cut(names[0])!r}; remove it, so that the names come first"
        )
    blanks = names[0].split() if len(names) == 1 else []
    if len(blanks) > 1 and _are_numbers(blanks):
        raise ExoprobeError(
            f"{path}: its columns are parted by blanks and its first line holds numbers; save it with commas and a "
            "first line of names, or as .npy"
        )
    if _are_values(names):
        raise ExoprobeError(f"{path}: its first line must name the columns; it holds numbers, such as {names[-1]}")


def not_utf8(path: Path, error: UnicodeDecodeError) -> ExoprobeError:
    """Return the refusal of bytes that are no text."""
    return ExoprobeError(f"{path} is not in UTF-8 ({error.reason}); save it so")


def cut(text: object, length: int = 40) -> str:
    """Return a value as a message shows it: its first characters."""
    shown = str(text)
    return shown if len(shown) <= length else shown[: length - 1] + "…"


def _are_values(names: Sequence[str]) -> bool:
    """Tell a first row of numbers from pandas's own names, 0, 1, 2 …"""
    named = [name for name in names if not is_pandas_index(name)]
    if named == [str(index) for index in range(len(named))]:
        return False
    return _are_numbers(names)


def _are_numbers(texts: Sequence[str]) -> bool:
    try:
        return bool([float(text) for text in texts])
    except ValueError:
        return False

"""Reading a user's table of factors, a row per sample: CSV, Parquet, or a table in another file."""

import json
import re
from collections.abc import Collection
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from exoprobe.datasets.dataset_notes import LEFT_OUT, Notes
from exoprobe.datasets.file_content import check_content
from exoprobe.datasets.other_tables import read_other_table
from exoprobe.datasets.row_names import LINE, OF_SHEET
from exoprobe.datasets.table_columns import (
    FACTOR_TABLES,
    check_names,
    column_names,
    csv_records,
    cut,
    delimiter,
    is_pandas_index,
    open_bytes,
)
from exoprobe.datasets.text_columns import CLOCK_NOTE, read_text_column
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import Location

MISSING = ["", "nan", "NaN"]  # in CSV; "None" and "NA" may be categories
MARKS = {",": "a comma", ";": "a semicolon", "\t": "a tab"}
LEAST_BLOCK = 1 << 20  # bytes of CSV that are read at once; a line must fit


def read_factor_table(path: str | Path, texts: Collection[str] = (), notes: Notes | None = None) -> pd.DataFrame:
    """Read a table of factors.

    Args:
        path: CSV, or Parquet, of which columns that hold bytes (images) or lists are skipped.
        texts: columns that name something: 007 is not 7 there.
        notes: where to note how a column was read, if not as it stands.

    Returns:
        A row per sample: numbers, truth values, or text, as an object; missing values as pandas has them. Dates are
        datetime64, in their own time zone; durations are numbers of seconds. The index says where a row is in the
        file, see :func:`exoprobe.datasets.row_names.row_name`.

    Raises:
        ExoprobeError: where the file is missing, of another form, or without rows, in one line that names it.
    """
    path, notes = Path(path), Notes() if notes is None else notes
    suffix = Location(path).suffix
    if suffix not in FACTOR_TABLES:
        raise ExoprobeError(f"{path}: factors must be in {', '.join(FACTOR_TABLES)}; its name ends in none of them")
    check_content(path)
    if suffix == ".parquet":
        column_names(path)  # refuses two of one name
    is_text = suffix in (".csv", ".tsv")
    lines = _lines(path) if is_text else []
    try:
        table = read_csv(path) if is_text else _read_stored(path, suffix, texts, notes)
    except ExoprobeError:
        raise
    except Exception as error:  # of a damaged file the readers raise what they like
        if is_text:
            check_text(path)
        raise ExoprobeError(f"{path} cannot be read as a table ({first_line(error)})") from error
    if suffix != ".parquet":
        table = _without_empty_rows(path, table, notes)
    if not table.num_rows:
        raise ExoprobeError(f"{path} has no rows; it needs one per sample")
    columns = {name: _series(name, table[name], name in texts, not is_text, notes) for name in table.column_names}
    return pd.DataFrame(columns).set_axis(_row_numbers(suffix, lines, table.num_rows))


def read_csv(path: Path, names: list[str] | None = None) -> pa.Table:
    """Read columns of a CSV file as text; missing where a field is empty.

    Args:
        path: the file.
        names: which columns, None for all that pandas did not write as an index.
    """
    columns = column_names(path)
    read = pa_csv.ReadOptions(block_size=block_size(path), column_names=columns, skip_rows=0)
    options = pa_csv.ConvertOptions(
        column_types=dict.fromkeys(columns, pa.string()), strings_can_be_null=True, null_values=MISSING
    )
    table = pa_csv.read_csv(path, read_options=read, parse_options=parse_options(path), convert_options=options).slice(
        1
    )
    wanted = names or [name for name in columns if not is_pandas_index(name)]
    return table.select(wanted)


def parse_options(path: Path) -> pa_csv.ParseOptions:
    """Return how the fields of a CSV file are parted."""
    return pa_csv.ParseOptions(delimiter=delimiter(path), newlines_in_values=True)


def block_size(path: Path) -> int:
    """Return how many bytes of a CSV file to read at once, so that its longest line fits."""
    longest = 0
    with open_bytes(path) as file:
        while chunk := file.read(1 << 20):
            if max(map(len, chunk.split(b"\n"))) < len(chunk):
                continue
            longest = max(path.stat().st_size, len(chunk) + len(file.read()))
            break
    return int(min(max(LEAST_BLOCK << 3, longest + 1), 2**31 - 1))


def check_text(path: Path) -> None:
    """Refuse a CSV file that is not in UTF-8, with the line that is not."""
    with open_bytes(path) as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                raise ExoprobeError(f"{path} is not in UTF-8 ({error.reason} in line {number}); save it so") from error


def first_line(error: Exception) -> str:
    """Return a library's error message, shortened to one line."""
    return cut(" ".join(str(error).split()), 160)


def _lines(path: Path) -> list[int]:
    """Return the lines of a CSV file in which its rows begin.

    Raises:
        ExoprobeError: where one has other than a field for each column; what stands in it would be moved.
    """
    count, lines = len(column_names(path)), []
    for line, record in csv_records(path):
        if len(record) != count:
            mark, fewer = delimiter(path), len(record) < count
            remedy = "give every line as many" if fewer else f"quote a text that holds {MARKS.get(mark, repr(mark))}"
            raise ExoprobeError(
                f"{path}: line {line} has {len(record)} fields, but the first line names {count}; {remedy}"
            )
        lines.append(line)
    return lines[1:]


def _row_numbers(suffix: str, lines: list[int], rows: int) -> pd.Index:
    """Return the numbers of rows as the tools show them that open such files."""
    if len(lines) >= rows:  # without empty rows at the end
        return pd.Index(lines[:rows], name=LINE)
    return pd.RangeIndex(2, rows + 2, name=OF_SHEET) if suffix == ".xlsx" else pd.RangeIndex(rows)


def _without_empty_rows(path: Path, table: pa.Table, notes: Notes) -> pa.Table:
    """Take away rows at the end whose fields are all empty."""
    empty = 0
    while empty < table.num_rows and not any(table[name][-1 - empty].is_valid for name in table.column_names):
        empty += 1
    if empty:
        notes.add(LEFT_OUT, None, f"The last {empty:,} rows of {path} are empty and were left out.")
    return table.slice(0, table.num_rows - empty)


def _read_stored(path: Path, suffix: str, texts: Collection[str], notes: Notes) -> pa.Table:
    if suffix == ".parquet":
        return _read_parquet(path, texts, notes)
    table = read_other_table(path, notes)
    check_names(path, [str(name) for name in table])
    texts = {*texts, *(str(name) for name in table if _is_mixed(table[name]))}
    named = {name: table[name].map(lambda value: None if pd.isna(value) else str(value)) for name in texts}
    return pa.Table.from_pandas(table.assign(**named), preserve_index=False)


def _is_mixed(column: pd.Series) -> bool:
    """Return whether values are of several types, as numbers and dates in a spreadsheet."""
    if column.dtype != object:
        return False
    numbers = column.map(lambda value: isinstance(value, int | float) and not isinstance(value, bool))
    return len({float if is_number else type(value) for value, is_number in zip(column, numbers, strict=True)
                if not pd.isna(value)}) > 1  # fmt: skip


def _read_parquet(path: Path, texts: Collection[str], notes: Notes) -> pa.Table:
    schema = pq.read_schema(path)
    kept = [name for name in schema.names if name in texts or not is_pandas_index(name)]
    for name in kept:
        if (kind := schema.field(name).type) and _is_bulky(kind) and not _is_data(kind):
            notes.leave_out(name, f"{name} cannot be probed, it holds {kind}; write a column of single values.")
    kept = [name for name in kept if not _is_bulky(schema.field(name).type)]
    table = pq.read_table(path, columns=kept)
    stated = json.loads((schema.metadata or {}).get(b"pandas", b"{}")).get("columns", ())
    for name in {column["name"] for column in stated if column["pandas_type"] == "categorical"} & set(kept):
        if not pa.types.is_dictionary(table.schema.field(name).type):  # of numbers, Parquet forgets it
            table = table.set_column(kept.index(name), name, pc.dictionary_encode(table[name]))
    return table


def _is_bulky(kind: pa.DataType) -> bool:
    binary = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    nested = pa.types.is_nested(kind) or isinstance(kind, pa.ExtensionType)
    return nested or any(is_type(kind) for is_type in binary)


def _is_data(kind: pa.DataType) -> bool:
    """Return whether a column holds an image or a vector of features, which nobody takes for a factor."""
    if isinstance(kind, pa.FixedShapeTensorType) or not (
        pa.types.is_nested(kind) or isinstance(kind, pa.ExtensionType)
    ):
        return True
    lists = (pa.types.is_list, pa.types.is_large_list, pa.types.is_fixed_size_list)
    return any(is_type(kind) for is_type in lists) and pa.types.is_floating(kind.value_type)


def _series(name: str, column: pa.ChunkedArray, as_text: bool, stored: bool, notes: Notes) -> pd.Series:
    """Return a column as numbers, truth values, dates, categories with an order, or text."""
    if pa.types.is_dictionary(column.type):
        kind, is_ordered = column.type.value_type, column.type.ordered
        if not as_text and (categories := _declared(column, is_ordered)) is not None:
            return categories
        column = column.cast(kind)
    kind = column.type
    if pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind):
        return read_text_column(name, column.cast(pa.string()), as_text, stored, notes)
    if as_text:
        return column.to_pandas()
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        stamps = column.cast(pa.timestamp("us", getattr(kind, "tz", None)), safe=False).to_pandas()
        return stamps.dt.tz_localize(None)
    if pa.types.is_duration(kind):
        notes.add("dates", name, f"{name} holds durations, read as seconds.")
        return column.to_pandas().dt.total_seconds()
    if pa.types.is_time(kind):
        notes.add("dates", name, f"{name} holds {CLOCK_NOTE} set kinds: {{{name}: hour}}.")
        ticks = pc.cast(column.cast(pa.time64("ns")), pa.int64())
        return pd.Series(ticks.to_numpy().astype(np.float64) / 3.6e12)
    if pa.types.is_decimal(kind):
        return column.cast(pa.float64()).to_pandas()
    return column.to_pandas()


def _declared(column: pa.ChunkedArray, is_ordered: bool) -> pd.Series | None:
    """Return what a file declares as categories, if they have an order or are whole numbers; None for other texts."""
    series = column.to_pandas()
    known = series.cat.categories
    texts = [str(int(value)) if isinstance(value, float) and value.is_integer() else str(value) for value in known]
    if is_ordered and len(texts) > 2:
        return series.cat.rename_categories(texts)
    if not texts or not all(re.fullmatch(r"-?\d+", text) for text in texts):
        return None
    return series.cat.rename_categories(texts).cat.reorder_categories(sorted(texts, key=int))

"""Tables in spreadsheets: the first sheet, with the names of the columns in its first row."""

import re
import zipfile

import pandas as pd

from exoprobe.datasets.dataset_notes import Notes
from exoprobe.datasets.hierarchies import needed
from exoprobe.datasets.user_file import refuse_unreadable
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import Location
from exoprobe.io.unpacking import MOST_TEXT, check_member

FORMULA = re.compile(rb'<c r="([A-Z]+\d+)"[^>]*><f[^>]*>[^<]*</f>(?:<v\s*/>|<v></v>)?</c>')  # without its value


def read_sheet(location: Location, notes: Notes) -> pd.DataFrame:
    """Read the first sheet; a merged cell's value is that of all its rows.

    Args:
        location: the .xlsx file.
        notes: where to note merged cells, and formulas without their values.

    Raises:
        ExoprobeError: where it cannot be read, or its first row does not name the columns, each once.
    """
    needed("openpyxl", location)
    path = location.path
    with refuse_unreadable(path):
        with zipfile.ZipFile(path) as archive:
            for info in archive.infolist():
                check_member(path, info, MOST_TEXT)
            sheets = b"".join(archive.read(name) for name in archive.namelist() if name.startswith("xl/worksheets/"))
        with pd.ExcelFile(path) as book:
            table = book.parse(0, header=None, dtype=object, na_values=["", "nan", "NaN"], keep_default_na=False)
            first, *others = map(str, book.sheet_names)
    if len(table) < 2 and others:
        raise ExoprobeError(
            f"{path}: the first sheet, {first!r}, has no rows below its names, and no other is read; move "
            f"{others[0]!r} to the front"
        )
    if b"<mergeCell " in sheets:
        table = _fill_merged(location, table, notes)
    if formula := FORMULA.search(sheets):
        notes.add(
            "unknown",
            None,
            f"Cells of {path} such as {formula[1].decode()} hold formulas without their values, read as unknown; open "
            "it in a spreadsheet program and save it there.",
        )
    names = ["" if pd.isna(name) else str(name).strip() for name in table.iloc[0]] if len(table) else []
    if "" in names:
        raise ExoprobeError(
            f"{path}: {names.count('')} columns of the first sheet have no name; its first row must name the columns"
        )
    return table.iloc[1:].set_axis(names, axis=1).infer_objects()


def _fill_merged(location: Location, table: pd.DataFrame, notes: Notes) -> pd.DataFrame:
    """Give all rows of merged cells below the names the value that stands in the first of them."""
    book = needed("openpyxl", location).load_workbook(location.path, data_only=True)  # as a whole, with what is merged
    ranges = book.worksheets[0].merged_cells.ranges
    merged = sorted((cells for cells in ranges if cells.min_row > 1), key=lambda cells: (cells.min_row, cells.min_col))
    if not merged:
        return table
    values = table.to_numpy(object, copy=True)
    for cells in merged:
        first = cells.min_row - 1, cells.min_col - 1
        values[first[0] : cells.max_row, first[1] : cells.max_col] = values[first]
    notes.add(
        "text", None, f"Merged cells of {location.path}, such as {merged[0].coord}, have their value in each row."
    )
    return pd.DataFrame(values)

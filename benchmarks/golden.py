"""What moved between two runs: python -m benchmarks.golden BEFORE AFTER, two folders of CSV files.

Files are paired by their paths, rows by their key columns. Every file, column, row or number that is in one run
only, or differs by more than ``--tolerance``, is listed; the exit status is then 1. ``tests/golden/renames.json``
maps old names of files, columns and text values to new ones, and is applied to BEFORE.
"""

import argparse
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

TOLERANCE = 1e-9
ROUNDING = 1e-9  # an absolute difference that is none: 0 comes out as 1e-11 here and −3e-12 there
RENAMES = Path(__file__).resolve().parents[1] / "tests" / "golden" / "renames.json"
OCCURRENCE = "occurrence"  # which of several rows with the same key
ONLY_BEFORE, ONLY_AFTER = "only before", "only after"
COLUMNS = ["file", "row", "column", "before", "after", "change"]


def main(arguments: list[str] | None = None) -> int:
    """Compare two folders, print what moved, and return 1 if anything did, else 0."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.golden", description=__doc__.splitlines()[0])
    parser.add_argument("before", type=Path)
    parser.add_argument("after", type=Path)
    parser.add_argument("--tolerance", type=float, default=TOLERANCE, help="largest relative change that is none")
    parser.add_argument("--renames", type=Path, default=RENAMES, help="JSON file: old name → new name")
    parser.add_argument("--most", type=int, default=20, help="rows printed per file, the largest changes first")
    options = parser.parse_args(arguments)
    for folder in (options.before, options.after):
        if not any(folder.rglob("*.csv")):
            parser.error(f"{folder} holds no CSV file")
    renames = json.loads(options.renames.read_text()) if options.renames.is_file() else {}
    moved = compare_folders(options.before, options.after, renames)
    moved = moved[moved["change"] > options.tolerance]
    print_moved(moved, options.most)
    return int(len(moved) > 0)


def compare_folders(before: Path, after: Path, renames: Mapping[str, str]) -> pd.DataFrame:
    """Compare all CSV files of two folders.

    Args:
        before: folder of the old run.
        after: folder of the new run.
        renames: new names by the old names of files (paths in the folder), columns and text values.

    Returns:
        The rows of :func:`compare_tables` under a column ``file``; a file of one folder only has one row.
    """
    old = {renames.get(name, name): path for name, path in _csv_files(before).items()}
    new = _csv_files(after)
    tables = [pd.DataFrame(columns=COLUMNS)]
    for name in sorted(old.keys() | new.keys()):
        if name in old and name in new:
            moved = compare_tables(rename(pd.read_csv(old[name]), renames), pd.read_csv(new[name]))
        else:
            moved = pd.DataFrame([_one_sided("", "", ONLY_BEFORE if name in old else ONLY_AFTER)], columns=COLUMNS[1:])
        tables.append(moved.assign(file=name))
    return pd.concat([table for table in tables if len(table)] or tables, ignore_index=True)[COLUMNS]


def rename(table: pd.DataFrame, renames: Mapping[str, str]) -> pd.DataFrame:
    """Return a table with its columns and text values renamed."""
    table = table.rename(columns=dict(renames))
    text = [str(column) for column in table if not pd.api.types.is_numeric_dtype(table[column])]
    table[text] = table[text].map(lambda value: renames.get(value, value))
    return table


def compare_tables(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """List every cell that differs.

    Args:
        before: a table of the old run.
        after: the same table of the new run.

    Returns:
        ``row`` (its key), ``column``, ``before``, ``after`` and ``change``: of numbers (new − old) / |old| without
        sign, of text and of what is in one table only infinite. Two missing values are equal.
    """
    columns = [str(column) for column in before]
    shared = [column for column in columns if column in after]
    keys = key_columns(before[shared], after[shared])
    old, new = _indexed(before, keys), _indexed(after, keys)
    rows = [
        *(_one_sided("", column, ONLY_BEFORE) for column in columns if column not in after),
        *(_one_sided("", str(column), ONLY_AFTER) for column in after if column not in before),
        *(_one_sided(_label(old, key), "", ONLY_BEFORE) for key in old.index.difference(new.index, sort=False)),
        *(_one_sided(_label(new, key), "", ONLY_AFTER) for key in new.index.difference(old.index, sort=False)),
    ]
    common = old.index.intersection(new.index, sort=False)
    for column in shared:
        if column not in keys:
            rows += _moved_cells(old[column].loc[common], new[column].loc[common])
    return pd.DataFrame(rows, columns=COLUMNS[1:])


def key_columns(before: pd.DataFrame, after: pd.DataFrame) -> list[str]:
    """Return the columns that say which row is which.

    These are the first columns, in their order, of those that are floats in neither table, as many as are needed to
    tell all rows apart; the other columns are values.
    """
    candidates = [str(column) for column in before if not _is_float(before[column]) and not _is_float(after[column])]
    for count in range(1, len(candidates)):
        keys = candidates[:count]
        if not before.duplicated(keys).any() and not after.duplicated(keys).any():
            return keys
    return candidates


def relative_change(before: np.ndarray, after: np.ndarray) -> np.ndarray:
    """Return |after − before| / |before|: 0 where they are equal or both missing, infinite where one is missing."""
    with np.errstate(divide="ignore", invalid="ignore"):
        difference = np.abs(after - before)
        change = difference / np.abs(before)
    same = (before == after) | (difference <= ROUNDING) | (np.isnan(before) & np.isnan(after))
    return np.where(same, 0.0, np.where(np.isnan(change), np.inf, change))


def print_moved(moved: pd.DataFrame, most: int) -> None:
    """Print what moved file by file, the largest changes first, at most so many rows of each."""
    for name, rows in moved.groupby("file", sort=False):
        print(f"{name}: {len(rows)} differences, the largest change is {rows['change'].max():.3g}")
        shown = rows.sort_values("change", ascending=False, kind="stable").head(most).drop(columns="file")
        print(shown.to_string(index=False))
    print(f"{len(moved)} differences" if len(moved) else "nothing moved")


def _csv_files(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*.csv"))}


def _is_float(column: pd.Series) -> bool:
    return pd.api.types.is_float_dtype(column)


def _indexed(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Return a table with its keys, and the number of each row among those of the same keys, as index."""
    names = table[keys].astype(object).where(table[keys].notna(), "").astype(str)
    occurrence = names.groupby(keys).cumcount() if keys else pd.Series(range(len(table)), index=table.index)
    index = pd.MultiIndex.from_arrays([*(names[key] for key in keys), occurrence], names=[*keys, OCCURRENCE])
    return table.set_index(index)


def _label(table: pd.DataFrame | pd.Series, key: tuple[object, ...]) -> str:
    *named, occurrence = zip(table.index.names, key, strict=True)
    shown = [*named, occurrence] if occurrence[1] or not named else named
    return ", ".join(f"{name}={value}" for name, value in shown)


def _moved_cells(old: pd.Series, new: pd.Series) -> list[tuple[str, str, object, object, float]]:
    """Return a row for each value of a column that differs."""
    kinds = (pd.api.types.is_numeric_dtype(column) and column.dtype != bool for column in (old, new))
    if all(kinds):
        change = relative_change(old.to_numpy(np.float64), new.to_numpy(np.float64))
    else:
        change = np.where((old == new) | (old.isna() & new.isna()), 0.0, np.inf)
    return [
        (_label(old, old.index[int(i)]), str(old.name), old.iloc[i], new.iloc[i], change[i])
        for i in np.flatnonzero(change)
    ]


def _one_sided(row: str, column: str, which: str) -> tuple[str, str, object, object, float]:
    return row, column, which if which == ONLY_BEFORE else "", which if which == ONLY_AFTER else "", np.inf


if __name__ == "__main__":
    sys.exit(main())

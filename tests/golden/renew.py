"""Write the golden tables anew, and say what moved: python -m tests.golden.renew.

A row that has not moved beyond the tolerance keeps its number, so that another machine changes nothing.
"""

import tempfile
from pathlib import Path

import pandas as pd

from tests.golden.adapters import COLUMNS, TABLES
from tests.golden.datasets import fetch_digits, fetch_faces, make_golden
from tests.golden.tables import FOLDER, KEYS, as_written, moved, read_table


def renew() -> None:
    """Run everything, print what moved and write the tables."""
    with tempfile.TemporaryDirectory() as folder:
        sources = [fetch(Path(folder)) for fetch in (fetch_digits, fetch_faces)]
        golden = make_golden(*sources, Path(folder))
        for name, adapter in TABLES.items():
            path = FOLDER / f"{name}.csv"
            before = read_table(path) if path.is_file() else pd.DataFrame(columns=COLUMNS)
            after = as_written(adapter(golden))
            differences = moved(before, after)
            print(f"{name}: {len(differences)} rows moved")
            if len(differences):
                print(differences.to_string(index=False))
            merge(before, after, differences).to_csv(path, index=False)


def merge(before: pd.DataFrame, after: pd.DataFrame, differences: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of today, those that have not moved with their committed number."""
    kept = before.merge(differences[KEYS], how="left", on=KEYS, indicator=True).query("_merge == 'left_only'")
    table = after.merge(kept[COLUMNS], how="left", on=KEYS, suffixes=("", "_kept"))
    return table.assign(value=table["value_kept"].fillna(table["value"]))[COLUMNS]


if __name__ == "__main__":
    renew()

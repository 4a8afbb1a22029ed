"""No number moves unnoticed: a small run is held against the committed tables.

Where a number is meant to move, ``python -m tests.golden.renew`` says what moved and writes the tables anew.
"""

import pandas as pd
import pytest

from tests.golden.adapters import TABLES
from tests.golden.tables import FOLDER, KEYS, as_written, moved, read_table


@pytest.mark.parametrize("name", TABLES)
def test_no_number_has_moved(golden, name):
    differences = moved(read_table(FOLDER / f"{name}.csv"), as_written(TABLES[name](golden)))
    assert differences.empty, f"{name}.csv, {len(differences)} rows:\n{differences.to_string(index=False)}"


def test_every_table_has_an_adapter():
    assert {path.stem for path in FOLDER.glob("*.csv")} == set(TABLES)


def table(*rows):
    return pd.DataFrame(rows, columns=[*KEYS, "value"])


@pytest.mark.parametrize(
    ("probe", "before", "after", "moves"),
    [
        ("linear", "2", "2.0004", False),  # 2e-4 · 2 + 1e-4 = 5e-4 are allowed
        ("linear", "2", "2.0006", True),
        ("mlp", "2", "2.3", False),  # 0.15 · 2 + 0.05 = 0.35
        ("mlp", "2", "2.4", True),
        ("linear", "1050", "1051", True),  # a count
        ("any", "leaks", "leaks", False),
        ("any", "leaks", "inconclusive", True),
    ],
)
def test_what_counts_as_moved(probe, before, after, moves):
    old, new = (table(("pixels", "angle", probe, "skill", value)) for value in (before, after))
    assert len(moved(old, new)) == moves


def test_rows_that_appear_and_vanish_have_moved():
    old, new = (table(("pixels", "angle", "linear", measure, "1")) for measure in ("mae", "rmse"))
    assert list(moved(old, new)["measure"]) == ["mae", "rmse"]


def test_a_number_is_written_with_six_digits_and_text_as_it_is():
    written = as_written(table(("a", "b", "c", "d", 1 / 3), ("a", "b", "c", "e", "leaks"), ("a", "b", "c", "f", 40)))
    assert list(written["value"]) == ["0.333333", "leaks", "40"]

"""Rows are chosen by comparisons of columns, and by nothing else."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.filtered_rows import filter_rows
from exoprobe.datasets.row_filter import check_filter
from exoprobe.errors import ExoprobeError
from tests.unit.datasets.cases import COUNT, audit, messages, table

TABLE = pd.DataFrame(
    {
        "tissue": ["lung", "liver", None, "lung", "skin"],
        "age": [17, 18.5, 40, np.nan, 65],
        "cell type": ["T", "B", "T", "B", "T"],
        "dead": [True, False, True, False, True],
        "visit": pd.to_datetime(["2021-01-01", "2021-03-01", None, "2021-05-01", "2022-01-01"]),
        "grade": pd.Categorical(["low", "mid", "high", "low", None], ["low", "mid", "high"], ordered=True),
        "code": ["7", "8", "8", "9", "9"],
    }
)


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("tissue == 'lung'", [0, 3]),
        ("'lung' == tissue", [0, 3]),
        ("tissue != 'lung'", [1, 4]),  # not where it is unknown
        ("not tissue == 'lung'", [1, 4]),
        ("tissue in ('lung', 'skin') and age >= 18", [4]),
        ("tissue in ['lung', 'skin'] or age > 30", [0, 2, 3, 4]),
        ("tissue not in ('lung',)", [1, 4]),
        ("18 <= age < 65", [1, 2]),
        ("18 > age", [0]),
        ("age > -1 and not (age == 40 or tissue == 'lung')", [1, 4]),
        ("`cell type` == 'B'", [1, 3]),
        ("dead == True", [0, 2, 4]),
        ("dead != 'yes'", [1, 3]),
        ("visit >= '2021-03-01'", [1, 3, 4]),
        ("'2021-02-01' < visit < '2021-12-31'", [1, 3]),
        ("grade >= 'mid'", [1, 2]),
        ("code == 8", [1, 2]),
    ],
)
def test_the_rows_for_which_it_is_true_count(text, rows):
    assert np.flatnonzero(filter_rows(text, "t.csv", TABLE)).tolist() == rows


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("tissue = 'lung'", "it must be comparisons such as tissue == 'lung' and age >= 18"),
        ("", "it must be comparisons such as"),
        ("tissu == 'lung'", "audit.where is 'tissu', but t.csv has no such column; did you mean tissue?"),
        ("cell type == 'B'", "it must be comparisons such as .* with `…` around names with blanks"),
        ("tissue == 'Lung'", "but tissue is never 'Lung'; it is lung, liver, skin"),
        ("age == 'old'", "but age holds numbers, not text such as 'old'; write numbers without quotes"),
        ("tissue < 'm'", "but tissue holds text, which has no order; compare it with ==, != or in"),
        ("visit > 5", "but visit holds dates; write them as '2021-12-31'"),
        ("grade > 'top'", "but grade is never 'top'; it is low, mid, high"),
        ("age > 100", "which is true for no row"),
        ("age", "'age' in it is no comparison of a column with a value"),
        ("1 == 1", "'1 == 1' in it is no comparison"),
        ("age == tissue", "'tissue' in it is no comparison"),
        ("age in 5", "'age in 5' in it is no comparison"),
        ("tissue is None", "'tissue is None' in it is no comparison"),
        ("__import__('os').system('true') == 0", "is no comparison"),
        ("age == __import__('os').getpid()", "is no comparison"),
        ("age.real > 1", "is no comparison"),
        ("(lambda: age)() > 1", "is no comparison"),
        ("age if age else age", "is no comparison"),
        ("age == (1).__class__", "is no comparison"),
        ("[age for age in (1,)] == 1", "is no comparison"),
        ("age + 1 > 2", "is no comparison"),
        ("(" * 300 + "age > 1" + ")" * 300, "it must be comparisons|no such column"),
    ],
)
def test_whatever_else_is_refused_in_one_sentence_and_never_run(text, message):
    with pytest.raises(ExoprobeError, match=message):
        filter_rows(text, "t.csv", TABLE)


def test_columns_are_checked_before_the_rows_are_read():
    check_filter("tissue == 'heart'", "t.csv", list(TABLE))
    with pytest.raises(ExoprobeError, match="no such column"):
        check_filter("tissue == 'lung' and organ == 'x'", "t.csv", list(TABLE))


def test_the_dataset_has_these_rows_and_says_so(tmp_path):
    data = audit(tmp_path, table(), where="site != 'A' and person != 'P003'")
    frame = table()
    assert sorted(data.columns["row"]) == np.flatnonzero((frame["site"] != "A") & (frame["person"] != "P003")).tolist()
    assert f"{len(data.columns['row'])} of them where site != 'A' and person != 'P003'" in messages(data, "rows")[0]
    assert len(data.columns["row"]) < len(COUNT)

"""What is given in Python or on the command line: arguments and columns of every type, and faults of our own."""

import logging
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from exoprobe import api, cli
from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.user_inputs import as_factor_file, as_feature_file
from exoprobe.errors import ExoprobeError

COUNT = np.arange(12)


@pytest.mark.parametrize(
    "column",
    [
        pd.cut(COUNT, 3),
        pd.Series(pd.cut(COUNT, 3)).astype(object),
        pd.arrays.SparseArray(COUNT % 3),
        COUNT * 1j,
        [object() for _ in COUNT],
        [1, "a", 2.5, None] * 3,
        [Fraction(number, 3) for number in COUNT],
        [Decimal(int(number)) for number in COUNT],
        [Path(f"a{number % 3}") for number in COUNT],
        [10**30 + int(number) for number in COUNT],
        pd.period_range("2020-01", periods=12, freq="M"),
    ],
    ids=lambda column: type(column).__name__,
)
def test_a_column_of_any_type_stops_nothing(tmp_path, column):
    table = pd.DataFrame({"age": COUNT, "x": column})
    read = read_factor_table(as_factor_file(table, tmp_path, []).path)
    assert read["age"].tolist() == COUNT.tolist()
    assert read["x"].notna().sum() >= 9


def test_a_masked_array_is_refused_where_something_is_masked(tmp_path):
    values = np.ones((4, 3))
    file = as_feature_file(np.ma.masked_array(values), "a", tmp_path, None)
    np.testing.assert_array_equal(np.load(file.path), values)
    with pytest.raises(ExoprobeError, match="features a is masked in places; features must be known everywhere"):
        as_feature_file(np.ma.masked_array(values, values > 0), "a", tmp_path, None)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"group": 0}, "group is 0; it must be the name of a column"),
        ({"group": ""}, "group is ''"),
        ({"label": ""}, "label is ''; it must be text of at least 1 character"),
        ({"where": ""}, "where is ''"),
        ({"kinds": ["sex"]}, "kinds is .'sex'.; it must be a dict"),
        ({"seed": 1.5}, "seed is 1.5; it must be a whole number"),
        ({"seed": "a"}, "seed is 'a'; it must be a whole number"),
        ({"device": "cuda"}, "device: cuda was asked for, but torch sees no GPU"),
    ],
)
def test_an_argument_that_cannot_be_is_refused_before_anything_is_read(tmp_path, monkeypatch, given, message):
    monkeypatch.setattr("torch.cuda.is_available", lambda: False)
    monkeypatch.setattr("exoprobe.audit_stages.write_dataset", None)
    with pytest.raises(ExoprobeError, match=message):
        api.audit(np.ones((12, 3)), {"sex": COUNT % 2}, **given)


@pytest.fixture
def asked(monkeypatch):
    """What the command asks of the audit."""
    asked = {}
    monkeypatch.setattr(api, "audit", lambda *files, **given: asked.update(given) or 1 / 0)
    return asked


@pytest.mark.parametrize("option", ["group", "columns", "given"])
def test_a_list_may_be_given_in_several_options(asked, option):
    cli.main(["audit", "f.npy", "t.csv", f"--{option}", "a,b", f"--{option}", "c"])
    assert asked[option] == ["a", "b", "c"]


def test_two_kinds_of_a_column_are_refused(asked, capsys):
    assert cli.main(["audit", "f.npy", "t.csv", "--kinds", "a=binary", "--kinds", "a=angle"]) == cli.REFUSED
    assert "--kinds: a is given twice; give a column one kind" in capsys.readouterr().err


def test_a_fault_of_our_own_is_one_sentence_and_its_traceback_in_a_file(asked, capsys, tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    assert cli.main(["audit", "f.npy", "t.csv"]) == cli.REFUSED
    (file,) = tmp_path.glob("exoprobe-*.txt")
    fault = "a fault of exoprobe itself, ZeroDivisionError (division by zero); please report it with"
    assert capsys.readouterr().err == f"exoprobe: {fault} {file}\n"
    assert file.read_text().startswith("Traceback (most recent call last)")
    assert logging.getLogger().level == logging.WARNING

"""More of what went wrong without a word: every case is told, or refused in one sentence with what to do."""

import h5py
import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.numpy import save_file

from exoprobe.datasets.user_features import open_features
from exoprobe.errors import ExoprobeError
from tests.unit.datasets.cases import (
    COUNT,
    ROWS,
    audit,
    factor,
    features,
    imported,
    in_table_order,
    messages,
    rng,
    table,
)

OFFSET = features().astype(np.float64) * 1e-3 + 1e6


# Row numbers and ids.
@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("epoch", 1.6e9 + 60 * COUNT),
        ("reversed", ROWS - COUNT),
        ("position", COUNT / ROWS),
        ("tile_idx", rng().permutation(10**6)[:ROWS]),
        ("Unnamed: 0.1", COUNT),
        ("__index_level_0__", COUNT),
    ],
)
def test_counters_are_no_features(tmp_path, name, values):
    pd.DataFrame(features()).add_prefix("c").assign(**{name: values}).to_csv(tmp_path / "f.csv", index=False)
    data = audit(tmp_path, table(), tmp_path / "f.csv")
    assert imported(tmp_path, data, tmp_path / "f.csv").shape == (ROWS, 16)


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("rec_no", rng().permutation(ROWS) * 3 + 5),
        ("case_number", rng().permutation(10**6)[:ROWS]),
        ("hash", [f"{value:x}" for value in rng().integers(2**30, 2**31, ROWS)]),
        ("padded", [f"{row:06d}" for row in COUNT]),
        ("position", COUNT.astype(float) + 1),
    ],
)
def test_ids_are_no_factors(tmp_path, name, values):
    data = audit(tmp_path, table(**{name: values}))
    assert factor(data, name) is None
    assert f"{name} cannot be probed, it" in messages(data, "left_out", name)[0]


# Copies, near-copies and near-same names.
@pytest.mark.parametrize(("dimensions", "times"), [(64, 2), (64, 10), (128, 4), (256, 2), (32, 4)])
def test_augmentations_without_a_group_are_said(tmp_path, dimensions, times):
    random, original = rng(), COUNT % (ROWS // times)
    values = random.standard_normal((ROWS, dimensions))[original]
    values += (0.3 if dimensions < 64 else 0.5) * random.standard_normal(values.shape)
    frame = pd.DataFrame({"coin": random.integers(0, 2, ROWS)[original], "x": values[:, 0]})
    (message,) = messages(audit(tmp_path, frame, values, group=None), "copies")
    assert "nearly copies of another row" in message
    assert "Add a column that says which original each row is from, and give it as group" in message


@pytest.mark.parametrize("form", ["P{:02d}", "P-{}", "P_{}", "P {}", "p{:03d}", "#P{}"])
def test_groups_that_differ_in_signs_or_zeros_are_said_and_stay_apart(tmp_path, form):
    people = COUNT // 10
    names = [f"P{person}" if row % 2 else form.format(person) for row, person in enumerate(people)]
    data = audit(tmp_path, table(person=names))
    assert len(np.unique(data.columns["group"])) > 60
    assert "differ in signs or zeros alone" in " ".join(messages(data, "groups", "person"))


# Precision.
@pytest.mark.parametrize("form", ["h5", "pt", "safetensors", "one column", "unsigned"])
def test_a_large_offset_is_kept_apart_in_every_container(tmp_path, form):
    path, values = tmp_path / f"f.{form.split()[0]}", OFFSET
    if form == "h5":
        with h5py.File(path, "w") as file:
            file["x"] = values
    elif form == "pt":
        torch.save(torch.from_numpy(values), path)
    elif form == "safetensors":
        save_file({"x": values}, path)
    else:
        path = tmp_path / "f.npy"
        values = features().astype(np.float64)
        if form == "unsigned":
            values = (np.round(values * 1000) + 2**63).astype(np.uint64)
        else:
            values[:, 3] = OFFSET[:, 3]
        np.save(path, values)
    data = audit(tmp_path, table(), path)
    read, true = imported(tmp_path, data, path), features()[data.columns["row"]]
    for column in (0, 3):
        assert np.corrcoef(read[:, column], true[:, column])[0, 1] > (0.9 if form == "unsigned" else 0.999)
    assert messages(data, "precision")


# Codes for unknown.
@pytest.mark.parametrize(
    ("values", "said"),
    [
        (rng().choice([1, 2, 3, 4, 5, 99], ROWS), "x is 99 in "),
        (rng().choice([1, 2, 9], ROWS), "x is 9 in "),
        (rng().choice([0, 1, 2, 3, -99], ROWS), "x is -99 in "),
        (rng().choice([0, 1, 2, 77], ROWS), "x is 77 in "),
        (rng().choice(["low", "high", "unknown"], ROWS), "x is 'unknown' in "),
        (rng().choice(["yes", "no", "not reported"], ROWS), "x is 'not reported' in "),
    ],
)
def test_codes_among_few_values_are_said(tmp_path, values, said):
    data = audit(tmp_path, table(x=values))
    (message,) = messages(data, "outliers", "x") + messages(data, "unknown", "x")
    assert message.startswith(said)
    assert "empty" in message


@pytest.mark.parametrize("values", [[1, 2, 3], [1, 2, 3, 4, 5, 6, 7, 8, 9], [2, 4, 8], [0, 5, 9], [10, 20, 30]])
def test_ordinary_few_values_need_no_word(tmp_path, values):
    assert not messages(audit(tmp_path, table(x=rng().choice(values, ROWS))), "outliers", "x")


# Numbers as people write them.
@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (
            [f"{value:.1f}" if row % 6 else "<5" for row, value in enumerate(COUNT / 7)],
            np.where(COUNT % 6, COUNT / 7, 5),
        ),
        (
            [f"{value}" if row % 6 else "90+" for row, value in enumerate(COUNT % 80)],
            np.where(COUNT % 6, COUNT % 80, 90),
        ),
        (
            [f">{value}" if row % 9 == 0 and row < 90 else f"{value}" for row, value in enumerate(COUNT + 0.5)],
            COUNT + 0.5,
        ),
        ([f"{value}k" for value in COUNT % 97], COUNT % 97),
        ([f"{value} cells/ml" for value in COUNT % 97 / 4], COUNT % 97 / 4),
    ],
)
def test_limits_and_units_of_any_name_are_read_and_said(tmp_path, texts, numbers):
    data = audit(tmp_path, table(x=texts))
    np.testing.assert_allclose(in_table_order(data, "x"), numbers, atol=0.06)
    assert messages(data, "text", "x")


@pytest.mark.parametrize(
    "texts", [["2D", "3D"], ["1A", "1B", "2A", "2B"], ["5x", "10x", "20x"], ["s1", "s2"], ["1-2", "3-4"]]
)
def test_names_with_numbers_stay_categories(tmp_path, texts):
    assert set(factor(audit(tmp_path, table(x=rng().choice(texts, ROWS))), "x").categories) == set(texts)


# Bystanders never stop an audit.
@pytest.mark.parametrize(
    "values",
    [
        [f"scan{row // 5}" for row in COUNT],
        [f"{row // 10}@example.org" for row in COUNT],
        COUNT // 10 + 1,
        [None] * (ROWS - 1) + ["x"],
        [float("inf")] * 3 + [1.0] * (ROWS - 3),
        ["2021-02-30"] * 300 + [f"2021-03-{row % 28 + 1:02d}" for row in range(300)],
        [f"{row % 7} kg" if row % 2 else f"{row % 5} m" for row in COUNT],
    ],
)
def test_one_column_is_left_out_with_a_note(tmp_path, values):
    data = audit(tmp_path, table(thing=values))
    assert factor(data, "thing") is None
    assert len(messages(data, "left_out", "thing")) == 1
    assert len(data.factors) == 4


# The cause, and what to do.
@pytest.mark.parametrize(
    ("write", "name", "message"),
    [
        (lambda path: np.save(path, np.zeros((9, 2, 3))), "f.npy", "3-D array .9 × 2 × 3.; "),
        (lambda path: np.save(path, np.array(["a", "b"])), "f.npy", "features must be numbers"),
        (lambda path: np.save(path, np.zeros((0, 4))), "f.npy", "has 0 rows of 4 features"),
        (lambda path: path.write_bytes(b"\x00\xff" * 50), "f.csv", "is not in UTF-8|NUL"),
        (lambda path: path.write_bytes(b"PK\x03\x04" + b"0" * 50), "f.npz", "cannot be read as .npz"),
        (lambda path: path.write_text("a,b\n1,2\n3\n"), "f.csv", "line 1 has 2 fields, line 3 has 1"),
        (
            lambda path: path.write_text("a,b\n1,x\n"),
            "f.csv",
            "line 2, column b is 'x'; features must be numbers",
        ),
        (
            lambda path: torch.save({"a": torch.ones(3, 2), "b": torch.ones(3, 2)}, path),
            "f.pt",
            "holds 2 matrices, a .3 × 2.",
        ),
        (lambda path: path.mkdir(), "f.h5", "holds no file of features"),
        (lambda path: path.write_text(""), "f.csv", "f.csv is empty"),
    ],
)
def test_the_cause_is_said_in_one_sentence(tmp_path, write, name, message):
    write(tmp_path / name)
    with pytest.raises(ExoprobeError, match=message) as error:
        open_features(tmp_path / name).load()
    assert len(str(error.value)) < 300 + len(str(tmp_path))


# What may be meant otherwise.
@pytest.mark.parametrize(
    ("frame", "roles", "message"),
    [
        (table(person=None), {}, "line 2 has no person; every row needs its group"),
        (table(person="P1"), {}, "1 groups cannot be split"),
        (table(name=[f"n{row % 400}" for row in COUNT]), {"label": "name"}, "a label is a class that rows share"),
        (table(empty=np.nan), {"label": "empty"}, "the label empty has 0 values; it needs two or more"),
        (table(), {"where": "site == 'D'"}, "site is never 'D'; it is "),
        (table(), {"kinds": {"site": "ordered A < B"}}, "which lacks 'C'; name all of its values"),
    ],
)
def test_a_role_that_cannot_be_is_refused(tmp_path, frame, roles, message):
    with pytest.raises(ExoprobeError, match=message):
        audit(tmp_path, frame, **roles)


# No crash.
@pytest.mark.parametrize(
    "content",
    [
        "a\r1\r2\r",
        "a,b\n1,2\n\n\n3,4\n",
        "\ufeffa,b\n1,2\n3,4\n",
        '"a","b"\n"1","2"\n',
        "a;b\n1,5;2\n3;4,5\n",
        "a\tb\n1\t2\n",
    ],
)
def test_unusual_but_right_files_are_read(tmp_path, content):
    (tmp_path / "f.csv").write_text(content, newline="")
    assert np.isfinite(open_features(tmp_path / "f.csv").load()).all()

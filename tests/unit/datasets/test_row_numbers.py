"""Row numbers and ids, among features and among factors, are left out."""

import numpy as np
import pandas as pd
import pytest

from tests.unit.datasets.cases import COUNT, ROWS, audit, factor, features, imported, messages, rng, table


def save_with(folder, first=None, **columns):
    frame = pd.DataFrame(features()).add_prefix("c").assign(**columns)
    if first is not None:
        frame.insert(0, first, COUNT)
    frame.to_csv(folder / "f.csv", index=False)
    return folder / "f.csv"


@pytest.mark.parametrize(
    ("first", "columns"),
    [
        ("Unnamed: 0", {}),
        ("Unnamed: 0.1", {}),
        ("", {}),
        (None, {"sample": COUNT}),
        (None, {"n": COUNT[::-1] + 5}),
        (None, {"time": COUNT * 0.04}),
        (None, {"frame": COUNT * 3 + COUNT % 3}),
        (None, {"file_id": rng().permutation(ROWS) * 7 + 1000}),
        (None, {"order": rng().permutation(ROWS)}),
        (None, {"padded": [f"{row:06d}" for row in COUNT]}),
    ],
)
def test_a_feature_column_that_numbers_the_rows_is_left_out(tmp_path, first, columns):
    source = save_with(tmp_path, first, **columns)
    data = audit(tmp_path, table(), source)
    assert imported(tmp_path, data, source).shape == (ROWS, 16)
    assert len(messages(data, "left_out")) == (first != "")


def test_a_row_number_in_an_array_is_left_out_too(tmp_path):
    values = np.column_stack([features(), COUNT])
    data = audit(tmp_path, table(), values)
    assert imported(tmp_path, data, tmp_path / "f.npy").shape == (ROWS, 16)
    assert messages(data, "left_out") == [f"{tmp_path}/f.npy: column 16 (from 0) is no feature: it numbers the rows."]


@pytest.mark.parametrize(
    "columns",
    [{"count": COUNT // 2}, {"level": rng().integers(0, 900, ROWS)}, {"dose": np.sort(rng().normal(size=ROWS))}],
)
def test_a_column_that_is_no_row_number_stays(tmp_path, columns):
    source = save_with(tmp_path, **columns)
    assert imported(tmp_path, audit(tmp_path, table(), source), source).shape == (ROWS, 17)


@pytest.mark.parametrize(
    "column",
    [
        COUNT,
        COUNT * 3 + 7,
        rng().permutation(ROWS),
        [f"{row:05d}" for row in COUNT],
        [f"img_{row}.png" for row in COUNT],
    ],
)
def test_a_factor_that_numbers_or_names_the_rows_is_left_out(tmp_path, column):
    data = audit(tmp_path, table(thing=column))
    assert factor(data, "thing") is None
    assert len(messages(data, "left_out", "thing")) == 1

"""Codes for unknown, typing errors and many zeros are noted."""

import numpy as np
import pytest

from tests.unit.datasets.cases import ROWS, audit, in_table_order, messages, rng, table


def with_code(code, share, column="age"):
    values = table()[column].to_numpy(copy=True)
    values[rng().permutation(ROWS)[: round(share * ROWS)]] = code
    return values


@pytest.mark.parametrize("code", [-999, 999, 9999, 99999, -9999, 1e9, -32768])
@pytest.mark.parametrize("share", [0.005, 0.02, 0.1, 0.33])
def test_a_code_for_unknown_is_unknown_and_said(tmp_path, code, share):
    values = with_code(code, share)
    data = audit(tmp_path, table(age_=values))
    np.testing.assert_array_equal(np.isnan(in_table_order(data, "age_")), values == code)
    (message,) = messages(data, "outliers", "age_")
    assert f"{code:.10g} in {(values == code).sum()} rows, read as unknown" in message
    assert "To keep it, set kinds: {age_: continuous}" in message
    kept = audit(tmp_path, table(age_=values), kinds={"age_": "continuous"})
    assert not np.isnan(in_table_order(kept, "age_")).any()


@pytest.mark.parametrize("value", [99999, 1e9, -5000, 1980])
def test_a_single_value_far_from_the_rest_is_kept_and_said(tmp_path, value):
    values = table()["age"].to_numpy(copy=True)
    values[5] = value
    data = audit(tmp_path, table(age_=values))
    assert in_table_order(data, "age_")[5] == value
    assert f"1 value far from the rest, kept: {value:.10g} in line 7;" in messages(data, "outliers", "age_")[0]


def test_another_unit_in_some_rows_is_said(tmp_path):
    dose = (40 + 8 * rng().standard_normal(ROWS)).round(3)
    dose[::120] *= 1000
    data = audit(tmp_path, table(dose=dose))
    assert "5 values far from the rest" in messages(data, "outliers", "dose")[0]
    assert "Is its unit another there?" in messages(data, "outliers", "dose")[0]


@pytest.mark.parametrize(
    "values",
    [
        rng().normal(size=ROWS),
        rng().uniform(-50, 50, ROWS),
        np.exp(2 * rng().normal(size=ROWS) + 10),
        rng().poisson(9, ROWS),
        rng().choice([1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000], ROWS),
        rng().standard_t(4, ROWS),
        np.minimum(rng().exponential(100, ROWS), 150),
        np.r_[rng().normal(0, 1, ROWS // 2), rng().normal(30, 1, ROWS // 2)],
    ],
)
def test_ordinary_numbers_have_no_outliers(tmp_path, values):
    data = audit(tmp_path, table(value=values))
    assert not messages(data, "outliers", "value")
    assert not np.isnan(in_table_order(data, "value")).any()


def test_many_zeros_are_said_and_a_heavy_tail_needs_no_word(tmp_path):
    random = rng()
    counts = np.where(random.random(ROWS) < 0.6, 0, random.poisson(9, ROWS))
    data = audit(tmp_path, table(income=np.exp(2 * random.normal(size=ROWS) + 10), counts=counts))
    assert not messages(data, "shape", "income")
    assert "may be two factors" in messages(data, "shape", "counts")[0]


def test_minus_one_among_ages_is_said(tmp_path):
    data = audit(tmp_path, table(age_=with_code(-1, 0.1)))
    assert "age_ is -1 in 60 rows and never negative elsewhere" in messages(data, "outliers", "age_")[0]

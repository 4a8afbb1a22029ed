"""Dates are time, or what goes around in them, whatever their form."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.errors import ExoprobeError
from tests.unit.datasets.cases import ROWS, audit, factor, in_table_order, messages, rng, table

DAYS = rng().integers(0, 300, ROWS)
STAMPS = pd.Series(pd.Timestamp("2021-01-01 06:30") + pd.to_timedelta(DAYS * 24 + DAYS % 12, unit="h"))


def written(form):
    return STAMPS.dt.strftime(form).tolist()


@pytest.mark.parametrize(
    "texts",
    [
        written("%m/%d/%y"),
        written("%d-%b-%Y"),
        written("%d %B %Y"),
        written("%B %d, %Y"),
        written("%Y/%m/%d"),
        written("%m/%d/%Y %I:%M %p"),
        written("%Y%m%d"),
        [f"{text}+02:00" for text in written("%Y-%m-%dT%H:%M:%S")],
    ],
)
def test_dates_are_days_whatever_their_form(tmp_path, texts):
    data = audit(tmp_path, table(visit=texts))
    values = in_table_order(data, "visit")
    assert values.min() < 1
    assert np.abs(values - values.min() - DAYS + DAYS.min()).max() < 1
    (entry,) = [entry for entry in data.notes["columns"] if entry["column"] == "visit"]
    assert entry["reason"].startswith("dates, read as days since 2021-01-01")
    assert entry["change"].startswith('kinds: {visit: "date, ')


@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_the_parts_that_are_asked_for_are_factors_of_their_own(tmp_path, name):
    data = audit(tmp_path, table(visit=STAMPS), name=name, kinds={"visit": "date, hour, weekday,month"})
    assert factor(data, "visit").kind == "continuous"
    periods = {part: factor(data, f"visit {part}").period for part in ("hour", "weekday", "month")}
    assert periods == {"hour": 24, "weekday": 7, "month": 12}
    np.testing.assert_allclose(in_table_order(data, "visit hour"), (STAMPS.dt.hour + 0.5) * 15)
    np.testing.assert_allclose(in_table_order(data, "visit weekday"), STAMPS.dt.day_of_week * 360 / 7)
    np.testing.assert_allclose(in_table_order(data, "visit month"), (STAMPS.dt.month - 1) * 30)


def test_a_single_part_keeps_the_column_s_name(tmp_path):
    data = audit(tmp_path, table(visit=STAMPS), kinds={"visit": "weekday"})
    assert (factor(data, "visit").kind, factor(data, "visit").period) == ("angle", 7)


@pytest.mark.parametrize("code", ["1900-01-01", "1970-01-01", "9999-12-31", "1800-01-01", "2099-12-31"])
def test_a_date_that_stands_for_unknown_is_unknown_and_said(tmp_path, code):
    texts = [code if row % 20 == 0 else text for row, text in enumerate(written("%Y-%m-%d"))]
    data = audit(tmp_path, table(visit=texts))
    assert np.isnan(in_table_order(data, "visit")).sum() == 30
    assert f"visit is {code} in 30 rows, read as unknown: all others are from 2021-01-" in " ".join(
        messages(data, "outliers", "visit")
    )
    kept = audit(tmp_path, table(visit=texts), kinds={"visit": "date"})
    assert not np.isnan(in_table_order(kept, "visit")).any()


@pytest.mark.parametrize(
    ("texts", "first", "said"),
    [
        ([f"{day % 12 + 1}/{day % 11 + 1}/2021" for day in DAYS], "month, day, year", True),
        ([f"{day % 12 + 1}.{day % 11 + 1}.2021" for day in DAYS], "day, month, year", True),
        ([f"{day % 28 + 1}/{day % 12 + 1}/2021" for day in DAYS], "", False),
    ],
)
def test_where_day_and_month_may_be_either_the_order_is_said(tmp_path, texts, first, said):
    data = audit(tmp_path, table(visit=texts))
    assert any(f"visit is read as {first}" in text for text in messages(data, "dates", "visit")) == said


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        (written("%Y-%m-%d"), "hour", "visit is hour, but its dates have no times of day"),
        (written("%Y-%m-%d"), "angle", "visit is angle, but holds dates; allowed: date, hour, weekday, month"),
        (["a", "b", "c"] * 200, "date", "visit is date, but holds no dates that can be read, such as 'a'"),
        (["a", "b", "c"] * 200, "weekday", "kinds: visit is angle, but is 'a' in line 2"),
        (written("%Y-%m-%d"), "ordered", "visit is ordered, but holds dates"),
    ],
)
def test_what_dates_do_not_have_is_refused(tmp_path, values, kind, message):
    with pytest.raises(ExoprobeError, match=message):
        audit(tmp_path, table(visit=values), kinds={"visit": kind})


@pytest.mark.parametrize(
    ("values", "kind", "period", "degrees"),
    [
        (STAMPS.dt.strftime("%A"), "weekday", 7, STAMPS.dt.day_of_week * 360 / 7),
        (STAMPS.dt.strftime("%b"), "month", 12, (STAMPS.dt.month - 1) * 30),
        (STAMPS.dt.strftime("%H:%M"), "hour", 24, (STAMPS.dt.hour + 0.5) * 15),
        (STAMPS.dt.hour, "hour", 24, STAMPS.dt.hour * 15),
    ],
)
def test_names_of_days_and_months_and_clocks_go_around_where_asked(tmp_path, values, kind, period, degrees):
    data = audit(tmp_path, table(x=values), kinds={"x": kind})
    assert (factor(data, "x").kind, factor(data, "x").period) == ("angle", period)
    np.testing.assert_allclose(in_table_order(data, "x"), degrees, atol=1e-9)

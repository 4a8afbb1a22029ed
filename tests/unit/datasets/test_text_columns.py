"""Texts are read as the numbers, dates or categories that they mean."""

import datetime
import unicodedata
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from tests.unit.datasets.cases import COUNT, ROWS, audit, factor, in_table_order, messages, rng, table

AMOUNTS = rng().integers(1000, 99999, ROWS)
PRICES = rng().uniform(1, 900, ROWS).round(2)


@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        ([f"{value:,}" for value in AMOUNTS], AMOUNTS),
        ([f"{value:,}" for value in AMOUNTS * 100], AMOUNTS * 100),
        ([f"{value:,}".replace(",", " ") for value in AMOUNTS], AMOUNTS),
        ([f"{value:,}".replace(",", "'") for value in AMOUNTS], AMOUNTS),
        ([f"{value:.2f}".replace(".", ",") for value in PRICES], PRICES),
        ([f"{value * 100:,.2f}".translate(str.maketrans(",.", ".,")) for value in PRICES], PRICES * 100),
        ([f"{value}%" for value in COUNT % 101], COUNT % 101),
        ([f"{value}%" for value in COUNT % 40], COUNT % 40),
        ([f"{value} %" for value in PRICES], PRICES),
        ([f"${value}" for value in AMOUNTS], AMOUNTS),
        ([f"-${value}" for value in AMOUNTS], -AMOUNTS),
        ([f"{value} €" for value in PRICES], PRICES),
        ([f"{value} mg" for value in PRICES], PRICES),
        ([f"{value}ms" for value in AMOUNTS], AMOUNTS),
        ([f"{value}" if row % 5 else "N/A" for row, value in enumerate(PRICES)], np.where(COUNT % 5, PRICES, np.nan)),
        ([f"{value}" if row % 3 else "." for row, value in enumerate(PRICES)], np.where(COUNT % 3, PRICES, np.nan)),
        ([f"{value}" if row % 3 else "-" for row, value in enumerate(PRICES)], np.where(COUNT % 3, PRICES, np.nan)),
        (
            [f"{value}" if row % 9 else "#DIV/0!" for row, value in enumerate(PRICES)],
            np.where(COUNT % 9, PRICES, np.nan),
        ),
        ([f" {value} " for value in PRICES], PRICES),
        ([f"{value:e}" for value in PRICES], PRICES),
        ([f"−{value}" for value in PRICES], -PRICES),
    ],
)
@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
def test_numbers_as_text_are_read_as_numbers_and_said(tmp_path, texts, numbers, name):
    data = audit(tmp_path, table(x=texts), name=name)
    assert factor(data, "x").kind == "continuous"
    np.testing.assert_allclose(in_table_order(data, "x"), numbers, rtol=1e-5)
    plain = name == "t.csv" and pd.to_numeric(pd.Series(texts).str.lstrip("−"), errors="coerce").notna().all()
    assert bool(messages(data, "text", "x") + messages(data, "unknown", "x")) != plain


@pytest.mark.parametrize("missing", ["None", "unknown", "#N/A", "null", "?"])
def test_words_for_unknown_among_numbers_are_unknown(tmp_path, missing):
    texts = [missing if row % 4 == 0 else str(value) for row, value in enumerate(PRICES)]
    data = audit(tmp_path, table(x=texts))
    assert np.isnan(in_table_order(data, "x")).sum() == 150
    assert messages(data, "unknown", "x") == [f"x is {missing!r} in 150 rows, read as unknown."]


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        (
            [f"{value} {'mg' if row % 2 else 'g'}" for row, value in enumerate(PRICES)],
            "numbers in several units or forms",
        ),
        (
            [str(value) if row % 9 else "old" for row, value in enumerate(PRICES)],
            "'old' in line 2 and a number in",
        ),
        (
            [f"2021-02-{row % 30 + 1:02d}" for row in COUNT],
            "it is '2021-02-29' in line 30 and a date in most others",
        ),
        ([f"2021-02-{row % 28 + 1:02d}" if row % 50 else "soon" for row in COUNT], "it is 'soon' in line 2"),
        ([f"name {row // 2}" for row in COUNT[::-1]], "its 300 texts are names|equals|divides|at most 100"),
        (
            [f"{value:.3f}".replace(".", ",") if row % 2 else f"{value:.3f}" for row, value in enumerate(PRICES)],
            "several units",
        ),
    ],
)
def test_what_cannot_be_read_is_left_out_with_the_cause(tmp_path, texts, said):
    data = audit(tmp_path, table(x=texts))
    assert factor(data, "x") is None
    (message,) = messages(data, "left_out", "x")
    assert pd.Series([message]).str.contains(said).all(), message


@pytest.mark.parametrize(
    ("texts", "categories"),
    [
        (rng().choice(["NA", "DE", "FR", "ZA"], ROWS), ("DE", "FR", "NA", "ZA")),
        (rng().choice(["NA", "north", "south", "west"], ROWS), ("north", "south", "west")),
        (rng().choice(["Yes", "yes", "No", "no "], ROWS), ("No", "Yes")),
        (rng().choice(["y", "Y", "n", "N"], ROWS), ("n", "y")),
        (rng().choice(["yes", "y", "no", "n"], ROWS), ("no", "yes")),
        (rng().choice(["True", "TRUE", "false"], ROWS), ("False", "True")),
        (rng().choice(["f", "f ", "m", " m"], ROWS), ("f", "m")),
        (rng().choice(["Zürich", unicodedata.normalize("NFD", "Zürich"), "Bern"], ROWS), ("Bern", "Zürich")),
        (rng().choice(["a", "A", "b"], ROWS), ("A", "a", "b")),
        (rng().choice(["None", "sun", "reading"], ROWS), ("None", "reading", "sun")),
        ([f"{row % 12 + 1:02d}" for row in COUNT], tuple(f"{month:02d}" for month in range(1, 13))),
    ],
)
def test_texts_are_categories_whatever_their_spelling(tmp_path, texts, categories):
    read_categories = factor(audit(tmp_path, table(x=texts)), "x").categories
    assert sorted(map(str.casefold, read_categories)) == sorted(map(str.casefold, categories))


def test_namibia_is_said_and_a_missing_word_too(tmp_path):
    data = audit(tmp_path, table(country=["NA", "DE", "FR"] * 200, side=["NA", "left", "right"] * 200))
    assert "country is 'NA' in 200 rows, read as a code like 'DE'" in messages(data, "unknown", "country")[0]
    assert messages(data, "unknown", "side") == ["side is 'NA' in 200 rows, read as unknown."]


DAYS = rng().integers(0, 300, ROWS)
DATES = [datetime.date(2021, 1, 1) + datetime.timedelta(int(day)) for day in DAYS]


@pytest.mark.parametrize(
    ("values", "name", "numbers"),
    [
        (DATES, "t.csv", DAYS),
        (DATES, "t.parquet", DAYS),
        ([date.strftime("%d.%m.%Y") for date in DATES], "t.csv", DAYS),
        ([date.strftime("%m/%d/%Y") for date in DATES], "t.csv", DAYS),
        (pd.to_datetime(DATES).tz_localize("Europe/Berlin"), "t.parquet", DAYS),
        ([f"{date}T12:00:00Z" for date in DATES], "t.csv", DAYS + 0.5),
        (pd.to_timedelta(DAYS, unit="s"), "t.parquet", DAYS),
        ([f"{day // 60:02d}:{day % 60:02d}" for day in DAYS], "t.csv", DAYS / 60),
        ([Decimal(int(day)) / 4 for day in DAYS], "t.parquet", DAYS / 4),
    ],
)
def test_dates_times_and_decimals_are_numbers(tmp_path, values, name, numbers):
    data = audit(tmp_path, table(x=values), name=name)
    assert factor(data, "x").kind == "continuous"
    read_numbers = in_table_order(data, "x")
    np.testing.assert_allclose(read_numbers - read_numbers.min(), numbers - numbers.min(), atol=0.05)
    assert bool(messages(data, "dates", "x")) == (not isinstance(values[0], Decimal))

"""What users' files hold that goes wrong elsewhere is read as it was meant, noted, or refused in one sentence."""

import datetime
import time
import unicodedata
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.samples import write_samples
from exoprobe.datasets.user_features import open_features
from exoprobe.embeddings.import_features import import_features
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import read_features
from tests.unit.datasets.cases import ROWS, audit, factor, features, in_table_order, messages, rng, table

COUNT = np.arange(ROWS)


# Row numbers and ids, as features or as factors.


def save_with(folder, first=None, **columns):
    frame = pd.DataFrame(features()).add_prefix("c").assign(**columns)
    if first is not None:
        frame.insert(0, first, COUNT)
    frame.to_csv(folder / "f.csv", index=False)
    return folder / "f.csv"


def imported(folder, data, source, id_column=None):
    write_samples(folder / "samples.parquet", data.columns)
    import_features(
        source, folder / "samples.parquet", folder / "x.parquet", id_column=id_column, layer="l", code_digest="c"
    )
    return read_features(folder / "x.parquet")


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


# Copies and rows in time, groups spelled in several ways.


def copies(times, noise=0.0, shuffled=False, dimensions=16):
    random, original = rng(), np.arange(ROWS) % (ROWS // times)
    if shuffled:
        original = random.permutation(original)
    values = random.standard_normal((ROWS, dimensions))[original] + noise * random.standard_normal((ROWS, dimensions))
    return values, pd.DataFrame(
        {"coin": random.integers(0, 2, ROWS)[original], "original": original, "x": values[:, 0]}
    )


@pytest.mark.parametrize(
    ("times", "noise", "shuffled", "dimensions"),
    [
        (2, 0, False, 16),
        (2, 0, True, 300),
        (5, 0.05, False, 16),
        (5, 0.05, True, 16),
        (3, 0.1, True, 128),
        (10, 0.05, True, 8),
    ],
)
def test_copies_without_a_group_are_said_with_the_group_that_is_missing(tmp_path, times, noise, shuffled, dimensions):
    values, frame = copies(times, noise, shuffled, dimensions)
    frame["original"] = "o" + frame["original"].astype(str)
    data = audit(tmp_path, frame, values, group=None, factor_columns=["coin"])
    assert len(messages(data, "copies")) == 1
    assert "Give group=original" in messages(data, "copies")[0]
    without = audit(tmp_path, frame[["coin", "x"]], values, group=None)
    assert "Add a column that says which original each row is from" in messages(without, "copies")[0]
    assert not messages(audit(tmp_path, frame, values, group="original", factor_columns=["coin"]), "copies")


@pytest.mark.parametrize("dimensions", [2, 3, 8, 32, 200])
@pytest.mark.parametrize("kind", ["normal", "clusters", "uniform"])
def test_independent_rows_are_not_called_copies(tmp_path, dimensions, kind):
    random = rng()
    values = {
        "normal": lambda: random.standard_normal((ROWS, dimensions)),
        "clusters": lambda: (
            3 * random.standard_normal((6, dimensions))[COUNT % 6] + random.standard_normal((ROWS, dimensions))
        ),
        "uniform": lambda: random.random((ROWS, dimensions)),
    }[kind]()
    data = audit(tmp_path, table()[["sex", "age"]], values, group=None)
    assert [entry["kind"] for entry in data.notes["notes"]] == ["rows"]


@pytest.mark.parametrize("smoothness", ["walk", "waves", "blocks"])
def test_rows_in_time_without_a_group_are_said(tmp_path, smoothness):
    random = rng()

    def series(count):
        if smoothness == "walk":
            return np.cumsum(random.standard_normal((ROWS, count)), 0)
        if smoothness == "waves":
            return np.sin(COUNT[:, None] / 30 * random.uniform(0.5, 2, count) + random.uniform(0, 6, count))
        return random.standard_normal((ROWS // 20, count))[COUNT // 20]

    frame = pd.DataFrame(series(4)).add_prefix("y").assign(coin=random.integers(0, 2, ROWS))
    data = audit(tmp_path, frame, series(16) + 0.1 * random.standard_normal((ROWS, 16)), group=None)
    assert len(messages(data, "order")) == 1
    assert "in 4 of 5 factors, such as y0" in messages(data, "order")[0]


def test_rows_sorted_by_the_label_are_not_called_a_series(tmp_path):
    label = COUNT // 60
    values = features() + 3 * rng().standard_normal((10, 16))[label]
    frame = table()[["sex", "age"]].assign(label=label)
    assert not messages(audit(tmp_path, frame, values, group=None, label="label"), "order")


@pytest.mark.parametrize("name", ["person", "patient_id", "SpeakerName", "subject", "video"])
def test_a_column_that_may_be_the_missing_group_is_named(tmp_path, name):
    data = audit(tmp_path, table().rename(columns={"person": name}), group=None)
    assert f"Give group={name} if they belong together." in messages(data, "groups", name)[0]


SPELLINGS = {
    "a blank behind": lambda text: f"{text} ",
    "a blank before": lambda text: f" {text}",
    "lower case": str.lower,
    "no-break space": lambda text: f"{text}\u00a0",
    "full width": lambda text: "".join(chr(ord(mark) + 0xFEE0) for mark in text),
    "invisible": lambda text: f"{text}\u200b",
    "two blanks": lambda text: f"  {text}  ",
}


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_groups_that_are_spelled_in_several_ways_are_one(tmp_path, spelling):
    frame = table()
    other = frame["person"].map(SPELLINGS[spelling])
    data = audit(tmp_path, frame.assign(person=frame["person"].where(COUNT % 3 > 0, other)))
    assert len(np.unique(data.columns["group"])) == 60
    assert "alone are one group" in messages(data, "groups", "person")[0]


# Precision.


@pytest.mark.parametrize(
    ("change", "kind"),
    [
        (lambda x: x * 2e-3 + 1e5, np.float64),
        (lambda x: x * 1e-3 + 1e6, np.float64),
        (lambda x: x * 1e-6 - 1e3, np.float64),
        (lambda x: x * 1e-60, np.float64),
        (lambda x: x * 1e300, np.float64),
        (lambda x: x * 1e-12 + 1, np.float64),
        (lambda x: np.round(x * 1000) + 2**40, np.int64),
        (lambda x: np.round(x * 1000) + 2**30, np.int32),
    ],
)
@pytest.mark.parametrize("form", ["npy", "npz", "csv", "parquet"])
def test_what_float64_tells_apart_float32_does_too(tmp_path, change, kind, form):
    values = change(features().astype(np.float64)).astype(kind)
    source = tmp_path / f"f.{form}"
    frame = pd.DataFrame(values).add_prefix("c")
    write = {
        "npy": lambda: np.save(source, values),
        "npz": lambda: np.savez(source, values),
        "csv": lambda: frame.to_csv(source, index=False),
        "parquet": lambda: frame.to_parquet(source),
    }
    write[form]()
    data = audit(tmp_path, table(), source)
    read = imported(tmp_path, data, source)
    true = features()[data.columns["row"]]
    for column in range(3):
        assert np.corrcoef(read[:, column], true[:, column])[0, 1] > 0.999
    assert messages(data, "precision")


def test_ordinary_features_are_not_changed(tmp_path):
    values = features().astype(np.float64) * 3 + 100
    data = audit(tmp_path, table(), values)
    np.testing.assert_array_equal(
        imported(tmp_path, data, tmp_path / "f.npy"), values[data.columns["row"]].astype(np.float32)
    )
    assert not messages(data, "precision")


# Codes for unknown, typing errors, heavy tails.


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
    assert f"1 values far from the rest, kept: {value:.10g} in row 5;" in messages(data, "outliers", "age_")[0]


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


def test_a_heavy_tail_and_many_zeros_are_said(tmp_path):
    random = rng()
    counts = np.where(random.random(ROWS) < 0.6, 0, random.poisson(9, ROWS))
    data = audit(tmp_path, table(income=np.exp(2 * random.normal(size=ROWS) + 10), counts=counts))
    assert "consider its logarithm" in messages(data, "shape", "income")[0]
    assert "may be two factors" in messages(data, "shape", "counts")[0]


def test_minus_one_among_ages_is_said(tmp_path):
    data = audit(tmp_path, table(age_=with_code(-1, 0.1)))
    assert "age_ is -1 in 60 rows and never negative elsewhere" in messages(data, "outliers", "age_")[0]


# Kinds.


def read(folder, **columns):
    kinds = columns.pop("kinds", None)
    return audit(folder, table(**columns), kinds=kinds)


HALF_TURN = rng().uniform(0, 180, ROWS).round(2)
RADIANS = rng().uniform(-np.pi, np.pi, ROWS).round(4)
HOURS = rng().integers(0, 24, ROWS)


@pytest.mark.parametrize(
    ("name", "values", "kind", "noted"),
    [
        ("pitch", rng().uniform(60, 355, ROWS), "continuous", "never negative"),
        ("pitch_hz", rng().uniform(60, 355, ROWS), "continuous", ""),
        ("voice_pitch", rng().uniform(60, 355, ROWS), "continuous", ""),
        ("temp_deg_c", rng().normal(20, 8, ROWS), "continuous", ""),
        ("TempDegF", rng().normal(70, 8, ROWS), "continuous", ""),
        ("roll_number", rng().integers(1, 300, ROWS), "continuous", ""),
        ("roll_no", rng().integers(1, 300, ROWS), "continuous", ""),
        ("node_deg", rng().integers(0, 90, ROWS), "continuous", "never negative"),
        ("rotation_speed", rng().normal(0, 90, ROWS), "continuous", ""),
        ("yaw", rng().uniform(-90, 90, ROWS), "angle", ""),
        ("pitch", rng().uniform(-40, 40, ROWS), "angle", ""),
        ("head_roll_deg", rng().uniform(-40, 40, ROWS), "angle", ""),
        ("yaw_rad", RADIANS, "angle", ""),
        ("yaw", RADIANS, "continuous", "angle radians"),
        ("orientation", HALF_TURN, "angle", "angle 180"),
        ("hour", HOURS, "continuous", "angle 24"),
        ("month", rng().integers(1, 13, ROWS), "continuous", "angle 12"),
        ("cluster", rng().integers(0, 25, ROWS), "categorical", "set kinds: {cluster: continuous}"),
        ("site_id", rng().integers(100, 130, ROWS), "categorical", "continuous"),
        ("scanner", rng().integers(0, 40, ROWS), "categorical", "continuous"),
        ("cells", rng().integers(0, 40, ROWS), "continuous", ""),
    ],
)
def test_a_name_decides_on_the_kind_only_with_the_values(tmp_path, name, values, kind, noted):
    data = read(tmp_path, **{name: values})
    assert factor(data, name).kind == kind
    said = " ".join(messages(data, "kind", name))
    assert noted in said
    assert bool(noted) == bool(said)
    (entry,) = [entry for entry in data.notes["columns"] if entry["column"] == name]
    assert entry["kind"].startswith(kind)
    assert entry["reason"]


@pytest.mark.parametrize(
    ("name", "values", "kind", "period"),
    [
        ("yaw_r", RADIANS, "angle radians", 2 * np.pi),
        ("hour", HOURS, "angle 24", 24),
        ("orientation", HALF_TURN, "angle 180", 180),
        ("weekday", rng().integers(0, 7, ROWS), "angle 7", 7),
        ("small", rng().uniform(-5, 5, ROWS), "angle degrees", 360),
        ("phase", rng().uniform(0, 1, ROWS), "angle 1", 1),
    ],
)
def test_an_angle_has_the_period_that_is_given(tmp_path, name, values, kind, period):
    data = read(tmp_path, **{name: values}, kinds={name: kind})
    assert (factor(data, name).kind, factor(data, name).period) == ("angle", period)
    np.testing.assert_allclose(in_table_order(data, name), values * 360 / period, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "values", "kind", "message"),
    [
        ("yaw_r", RADIANS, "angle", "is within ±2π; set yaw_r: angle radians if these are radians"),
        ("hour", HOURS, "angle", "is from 0 to 23; set hour: angle 24 if 24 is a full turn"),
        ("t", HOURS, "angle", "is from 0 to 23; set t: angle 24 if 24 is a full turn"),
        ("month", HOURS % 12 + 1, "angle", "is from 1 to 12; set month: angle 12 if 12 is a full turn"),
        ("hour", HOURS, "angle 12", r"angles are from -12 to 12"),
        ("x", HOURS, "circle", "kinds: x is circle; allowed: binary, categorical, continuous, angle"),
        ("x", ["a", "b", "c"] * 200, "continuous", "kinds: x is continuous, but is 'a' in row 0"),
    ],
)
def test_a_kind_that_the_values_speak_against_is_refused(tmp_path, name, values, kind, message):
    with pytest.raises(ExoprobeError, match=message):
        read(tmp_path, **{name: values}, kinds={name: kind})


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
            "'old' in row 0 .from 0. and a number in",
        ),
        ([f"sp{row % 150}" for row in COUNT], "150 categories; at most 100 are possible"),
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
    data = read(tmp_path, country=["NA", "DE", "FR"] * 200, side=["NA", "left", "right"] * 200)
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


# One column never stops the audit; the group, the split and the label.


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (
            [f"P{row // 10:03d}_r{row // 300}" if row >= 300 else f"P{row // 10:03d}_{row // 5 % 2}" for row in COUNT],
            "it divides the group column person",
        ),
        ([f"Ann {row // 10}" for row in COUNT], "it equals the group column person"),
        (COUNT // 10, "it equals the group column person"),
        (["same"] * ROWS, "it is same in every row"),
        ([None] * ROWS, "it is empty"),
        ([str(value) if row != 7 else "old" for row, value in enumerate(PRICES)], "it is 'old' in row 7"),
        ([f"{row // 5 % 120}x{row}" for row in COUNT], "its 600 texts are names, not categories"),
    ],
)
def test_a_bystander_that_cannot_be_probed_is_left_out(tmp_path, column, message):
    data = audit(tmp_path, table(thing=column))
    assert factor(data, "thing") is None
    assert message in messages(data, "left_out", "thing")[0]
    assert {one.name for one in data.factors} == {"sex", "age", "noise", "site"}
    with pytest.raises(ExoprobeError, match=f"t.csv: thing cannot be probed, {message}"):
        audit(tmp_path, table(thing=column), factor_columns=["thing"])


@pytest.mark.parametrize("start", [0, 20, 300])
def test_an_age_that_differs_from_person_to_person_is_a_number(tmp_path, start):
    ages = (rng().permutation(60) + start)[COUNT // 10]
    assert factor(audit(tmp_path, table(height=ages)), "height").kind == "continuous"
    assert factor(audit(tmp_path, table(person_no=ages)), "person_no") is None


def test_a_category_that_test_lacks_is_said_of_test(tmp_path):
    split = np.repeat(["train", "validation", "test"], [360, 90, 150])
    scanner = np.where(split == "test", "B", np.where(COUNT % 2, "A", "B"))
    data = audit(tmp_path, table(split=split, scanner=scanner), split="split")
    assert messages(data, "left_out", "scanner") == ["scanner cannot be probed, it has fewer than two values in test."]


@pytest.mark.parametrize("change", [str.upper, str.title, lambda text: f" {text} "])
def test_a_split_may_be_written_with_capitals_and_blanks(tmp_path, change):
    split = [change(name) for name in np.repeat(["train", "validation", "test"], [360, 90, 150])]
    data = audit(tmp_path, table(split=split), split="split")
    assert pd.Series(data.columns["split"]).value_counts().to_dict() == {"train": 360, "test": 150, "validation": 90}


def test_a_split_without_validation_says_what_to_do(tmp_path):
    split = np.where(COUNT < 400, "train", "test")
    with pytest.raises(ExoprobeError, match="split puts 0 groups into validation; it needs 3: .* or give no split"):
        audit(tmp_path, table(split=split), split="split")


@pytest.mark.parametrize("column", ["age", "noise", "name"])
def test_a_label_that_rows_do_not_share_is_refused(tmp_path, column):
    with pytest.raises(ExoprobeError, match="values in 600 rows; a label is a class that rows share"):
        audit(tmp_path, table(name=[f"n{row}" for row in COUNT]), label=column)


def test_rows_without_a_partner_are_noted(tmp_path):
    ids = [f"s{row}" for row in COUNT]
    pd.DataFrame(features()).add_prefix("c").assign(id=ids).iloc[30:].to_csv(tmp_path / "f.csv", index=False)
    data = audit(tmp_path, table(id=ids), tmp_path / "f.csv", id="id")
    assert "570 rows, joined by id; left out for want of a partner: 30 of" in messages(data, "rows")[0]


# Files as they come: names, ids, lines.


@pytest.mark.parametrize("change", [lambda name: f" {name} ", lambda name: f"{name} ", lambda name: f"\t{name}"])
def test_blanks_around_names_do_not_count(tmp_path, change):
    data = audit(tmp_path, table().rename(columns=change))
    assert [one.name for one in data.factors] == ["sex", "age", "noise", "site"]


def test_empty_rows_at_the_end_are_left_out(tmp_path):
    frame = pd.concat([table(), pd.DataFrame(index=range(20))], ignore_index=True)
    data = audit(tmp_path, frame, features())
    assert messages(data, "left_out") == [f"The last 20 rows of {tmp_path}/t.csv are empty and were left out."]
    assert len(data.columns["row"]) == ROWS


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        (lambda text: unicodedata.normalize("NFD", text), None),
        (lambda text: f" {text}", None),
        (lambda text: f"{text}\u200b", None),
        (str.upper, "they differ in capitals"),
        (lambda text: f"{text}.png", "they differ in the folder or the file's ending"),
        (lambda text: f"photos/{text}", "they differ in the folder or the file's ending"),
        (lambda text: f"000{text}", "they differ in leading zeros"),
    ],
)
def test_ids_in_another_form_are_joined_or_the_difference_is_said(tmp_path, change, remedy):
    ids = [f"é{row}" for row in COUNT]
    np.savez(tmp_path / "f.npz", features=features(), id=np.array([change(text) for text in ids]))
    if remedy is None:
        assert len(audit(tmp_path, table(id=ids), tmp_path / "f.npz", id="id").columns["row"]) == ROWS
        return
    with pytest.raises(ExoprobeError, match=f"have no id in common.*{remedy}"):
        audit(tmp_path, table(id=ids), tmp_path / "f.npz", id="id")


def test_the_unnamed_index_of_parquet_may_be_the_id(tmp_path):
    order = rng().permutation(ROWS)
    ids = np.array([f"s{row}" for row in COUNT])
    pd.DataFrame(features()[order], index=ids[order]).add_prefix("c").to_parquet(tmp_path / "f.parquet")
    data = audit(tmp_path, table().set_index(ids), tmp_path / "f.parquet", name="t.parquet", id="__index_level_0__")
    assert data.columns["id"].tolist() == [f"s{row}" for row in data.columns["row"]]


def text(content):
    return lambda path: path.write_text(content)


ONE_PER_FILE = dict(zip(map(str, COUNT), features(), strict=True))
WRONG = {
    "bfloat16.npy": (
        lambda path: np.save(path, features().view(np.uint16)[:, ::2].copy().view("V2")),
        "which is how bfloat16 is saved; save it as float32",
    ),
    "objects.npz": (
        lambda path: np.savez(path, x=features(), id=np.array([f"s{row}" for row in COUNT], dtype=object)),
        "the array id holds Python objects, which are not opened; save it with .astype.str.",
    ),
    "one_per_sample.npz": (lambda path: np.savez(path, **ONE_PER_FILE), "595 more; stack them into one"),
    "comment.csv": (text("# made by x\nid,a\ns1,1\n"), "its first line is a comment"),
    "short.csv": (text("a line\nid,a\ns1,1\n"), "no such column|line 1 has 1 fields, line 2 has 2"),
    "blanks.csv": (lambda path: np.savetxt(path, features()), "parted by blanks and its first line holds numbers"),
    "vectors.csv": (
        text("id,e\n" + "".join(f's{row},"{features(3)[0].tolist()}"\n' for row in range(9))),
        "a vector as text; save the vectors as .npy or .parquet",
    ),
    "commas.csv": (text('id,a\ns1,"0,5"\n'), "with a decimal comma; save it with decimal points"),
    "latin.csv": (lambda path: path.write_bytes("id,é\ns1,1\n".encode("latin-1")), "is not in UTF-8"),
    "late_latin.csv": (
        lambda path: path.write_bytes(b"id,a\n" + b"s1,1\n" * 9000 + "é,1\n".encode("latin-1")),
        "is not in UTF-8 .* in line 9002",
    ),
    "complex.npy": (lambda path: np.save(path, features() * 1j), "complex numbers|no ids"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_refusal_says_the_cause_and_what_to_do(tmp_path, name):
    write, message = WRONG[name]
    write(tmp_path / name)
    with pytest.raises(ExoprobeError, match=message) as error:
        open_features(tmp_path / name, None if name.endswith(".npy") or "one_per" in name else "id").load()
    assert name in str(error.value)
    assert len(str(error.value)) < 400 + len(str(tmp_path))


def test_a_bomb_is_not_unpacked(tmp_path):
    np.savez_compressed(tmp_path / "f.npz", x=np.zeros((40_000, 1_000)))
    with pytest.raises(ExoprobeError, match="f.npz: x.npy would unpack to 320 MB from 0.3 MB"):
        open_features(tmp_path / "f.npz")


@pytest.mark.parametrize("length", [200_000, 20_000_000])
def test_a_very_long_line_is_read(tmp_path, length):
    frame = table(note=["x" * length if row == 3 else "y" for row in COUNT])
    assert factor(audit(tmp_path, frame), "sex") is not None


def test_wide_tables_are_opened_in_seconds(tmp_path):
    width = 60_000
    header = ",".join(f"f{column}" for column in range(width))
    row = ",".join(["0.5"] * width)
    (tmp_path / "f.csv").write_text(f"{header}\n{row}\n{row}\n")
    start = time.monotonic()
    assert open_features(tmp_path / "f.csv").load().shape == (2, width)
    assert time.monotonic() - start < 20

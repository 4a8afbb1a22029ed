"""What users' files hold that goes wrong elsewhere is read as it was meant, noted, or refused in one sentence."""

import datetime
import unicodedata
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.samples import write_samples
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
    data = audit(tmp_path, frame, values, group=None, probe=["coin"])
    assert len(messages(data, "copies")) == 1
    assert "Give group=original" in messages(data, "copies")[0]
    without = audit(tmp_path, frame[["coin", "x"]], values, group=None)
    assert "Add a column that says which original each row is from" in messages(without, "copies")[0]
    assert not messages(audit(tmp_path, frame, values, group="original", probe=["coin"]), "copies")


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
        ([f"{value:.1f} %" for value in PRICES], PRICES.round(1)),
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
    plain = name == "t.csv" and pd.to_numeric(pd.Series(texts), errors="coerce").notna().all()
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

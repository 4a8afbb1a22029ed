"""Values in forms that people use: each is read as it is meant, and said, or left out with the cause."""

import datetime

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.dataset_notes import Notes
from exoprobe.datasets.factor_kinds import to_factor
from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.sample_join import Rows, join
from exoprobe.datasets.user_columns import load_columns
from exoprobe.datasets.user_file import UserFile
from exoprobe.errors import ExoprobeError
from tests.unit.datasets.cases import COUNT, ROWS, audit, factor, features, messages, rng, table


@pytest.fixture
def read(tmp_path):
    """Write texts as a column x, and return the column as read, and what was noted."""

    def read(texts):
        pd.DataFrame({"x": texts, "y": 0}).to_csv(tmp_path / "t.csv", index=False)
        notes = Notes()
        return read_factor_table(tmp_path / "t.csv", (), notes)["x"], notes

    return read


def said(notes, kind):
    return " ".join(notes.of(kind))


# Numbers.
@pytest.mark.parametrize(
    ("texts", "numbers"),
    [
        (["12,34,567", "1,23,456", "45,67,890"], [1_234_567, 123_456, 4_567_890]),
        (["79\u2009928", "1\u2009250", "830"], [79_928, 1_250, 830]),
        (["'45", "'7", "'120"], [45, 7, 120]),
        (['="45"', '="7.5"'], [45, 7.5]),
        (["045Y", "006M", "012W"], [45, 0.5, 12 * 7 / 365.25]),
        (["63:12:05", "01:30:00", "100:00:00"], [63 + 12 / 60 + 5 / 3600, 1.5, 100]),
        (["59:30", "31:15"], [59.5, 31.25]),
        (["12:30 AM", "1:15 pm", "12:00 p.m."], [0.5, 13.25, 12]),
        (["14h30", "9h05"], [14.5, 9 + 5 / 60]),
    ],
)
def test_numbers_durations_and_times_are_read(read, texts, numbers):
    column, notes = read(texts)
    np.testing.assert_allclose(column.astype(float), numbers)
    assert len(notes.entries) == (not texts[0].startswith(("'", "=")))


@pytest.mark.parametrize(
    "texts", [["120/80", "135/90"], ["50.1 ± 0.2", "4 ± 1"], ["$1.2M", "$30M"], ["3y 4m", "5y 1m"]]
)
def test_numbers_in_a_form_that_is_not_read_say_so(texts):
    many = [text.replace("1", str(number)).replace("3", str(number)) for number in range(30) for text in texts]
    with pytest.raises(ExoprobeError, match="are names, not categories; if they are amounts, such as .*, write one"):
        to_factor(pd.Series(many, name="x"))


# Dates.
@pytest.mark.parametrize(
    ("texts", "dates"),
    [
        (["08.07.17", "28.06.18"], ["2017-07-08", "2018-06-28"]),
        (["2021Q1", "2021Q4"], ["2021-01-01", "2021-10-01"]),
        (["Q2 2020", "Q3 2020"], ["2020-04-01", "2020-07-01"]),
        (["2021-W01", "2020-W53"], ["2021-01-04", "2020-12-28"]),
        (["2020-02-03", "0000-00-00", "unknown", "2020-03-04"], ["2020-02-03", None, None, "2020-03-04"]),
        (["2020-02-03", "0001-01-01"], ["2020-02-03", "0001-01-01"]),
    ],
)
def test_dates_in_other_forms_are_read(read, texts, dates):
    column, notes = read(texts)
    assert [None if pd.isna(date) else str(date.date()) for date in column] == dates
    assert len(notes.of("unknown")) == dates.count(None)
    assert to_factor(column).kind in ("binary", "continuous")


def test_a_date_before_what_nanoseconds_hold_is_one(tmp_path):
    dates = [datetime.date(2020, 1, 1 + row % 28) if row % 20 else datetime.date(1, 1, 1) for row in COUNT]
    data = audit(tmp_path, table(visit=dates), name="t.parquet")
    assert "visit is 0001-01-01 in 30 rows, read as unknown" in messages(data, "outliers", "visit")[0]


# Categories.
@pytest.mark.parametrize(
    "texts", [["ja", "nein", "yes", "no"], ["Oui", "non", "oui", "NON"], ["sí", "no", "si"], ["on", "off", "1"]]
)
def test_yes_and_no_in_several_languages_are_two_values(read, texts):
    column, notes = read(texts * 3)
    assert column.nunique() == 2
    assert notes.of("text")


def test_nearly_the_same_words_stay_apart_with_a_note(read):
    for texts, pair in (
        (["M", "F", "male"], "'M' and 'male'"),
        (["a", "A", "b"], "'A' and 'a'"),
        (["café", "Cafe", "bar"], "'Cafe' and 'café'"),
    ):
        column, notes = read(texts)
        assert column.tolist() == texts
        assert f"{pair} stay apart; write them alike" in said(notes, "text")
    assert not read(["N", "S", "E", "W"])[1].entries
    assert not read(["C", "CC", "CT"])[1].entries


@pytest.mark.parametrize("word", ["n.d.", "not done", "Keine Angabe", "prefer not to say"])
def test_words_that_may_mean_unknown_are_said(read, word):
    assert f"x is {word!r} in 1 rows, kept as a category" in said(read(["pos", "neg", word])[1], "unknown")


@pytest.mark.parametrize(
    "texts", [["cat|dog", "cat", "bird|cat|dog", "dog"], ["['a']", "['a', 'b']", "['b']"], ["a; b", "b", "a"]]
)
def test_several_names_in_a_field_are_said(texts):
    notes = Notes()
    assert to_factor(pd.Series(texts * 3, name="x"), None, notes).kind == "categorical"
    assert "its fields hold several names parted by" in said(notes, "kind")


@pytest.mark.parametrize(
    "texts",
    [["A/G", "A/A", "G/G"], ["New York, NY", "Rome", "Bern, CH"], ["ER+", "ER-", "HER2+"], ["low", "mid", "high"]],
)
def test_names_with_marks_are_one_name(texts):
    notes = Notes()
    to_factor(pd.Series(texts * 3, name="x"), None, notes)
    assert not notes.of("kind")


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("icd9", rng().choice([401.9, 250.0, 414.01], ROWS), "categorical"),
        ("celltype", rng().integers(0, 40, ROWS), "categorical"),
        ("occupation", rng().integers(100, 150, ROWS), "categorical"),
        ("language_score", rng().integers(0, 40, ROWS), "continuous"),
        ("years_in_city", rng().integers(0, 40, ROWS), "continuous"),
    ],
)
def test_codes_are_categories_and_scores_amounts(name, values, kind):
    assert to_factor(pd.Series(values, name=name)).kind == kind


@pytest.mark.parametrize(
    ("name", "values", "hint"),
    [
        ("wind_dir", rng().integers(0, 360, ROWS), "wind_dir: angle}"),
        ("phase", rng().uniform(0, 2 * np.pi, ROWS), "phase: angle radians}"),
        ("longitude", rng().uniform(-180, 180, ROWS), "longitude: angle}"),
        ("azimuth", rng().uniform(0, 400, ROWS), "azimuth: angle 400}"),
        ("minute_of_day", rng().integers(0, 1440, ROWS), "minute_of_day: angle 1440}"),
        ("phase", rng().integers(1, 5, ROWS), ""),
    ],
)
def test_what_may_go_around_is_asked(name, values, hint):
    notes = Notes()
    to_factor(pd.Series(values, name=name), None, notes)
    assert hint in said(notes, "kind")
    assert bool(hint) == bool(notes.of("kind"))


@pytest.mark.parametrize(("values", "kind"), [(["Mon", "Tue", "Sun"], "weekday"), (["Jan", "March", "Dec"], "month")])
def test_names_of_days_and_months_have_the_line_that_makes_them_go_around(values, kind):
    notes = Notes()
    to_factor(pd.Series(values * 3, name="x"), None, notes)
    assert notes.columns[0]["change"] == f"kinds: {{x: {kind}}}"


# Codes for unknown.
@pytest.mark.parametrize(
    ("values", "code"),
    [
        (rng().integers(18, 91, ROWS), 200),
        (rng().integers(18, 91, ROWS), 255),
        (rng().integers(18, 91, ROWS), 99),
        (rng().integers(1960, 2003, ROWS), 1900),
        (rng().normal(70, 8, ROWS), 1e-300),
        (rng().choice([1950, 1960, 1999], ROWS), 0),
    ],
)
def test_a_number_apart_that_comes_again_and_again_is_said(values, code):
    notes = Notes()
    values = np.where(COUNT % 15 == 0, code, values)
    to_factor(pd.Series(values, name="x"), None, notes)
    assert f"x is {code:.10g} in 40 rows, apart from" in said(notes, "outliers")
    assert "empty the field where it is unknown" in said(notes, "outliers")


@pytest.mark.parametrize(
    "values",
    [
        rng().poisson(30, ROWS),
        np.minimum(rng().normal(80, 20, ROWS), 99).round(),
        np.r_[np.full(300, 18), COUNT[20:320] % 60],
    ],
)
def test_what_is_frequent_or_rare_at_an_end_needs_no_word(values):
    notes = Notes()
    to_factor(pd.Series(values, name="x"), None, notes)
    assert not notes.of("outliers")


# Groups, ids and rows.
@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["NA" if row < 50 else f"P{row // 10}" for row in COUNT], "'NA' in 50 rows, which count as one group"),
        (["Unknown" if row < 50 else f"P{row // 10}" for row in COUNT], "'Unknown' in 50 rows, which count as one"),
        ([f"P{row // 20}_ses{row // 10 % 2}" for row in COUNT], "'P0_ses0' and 'P0_ses1' may be of one 'P0'"),
        ([f"{row // 20}{'ab'[row // 10 % 2]}" for row in COUNT], "'0a' and '0b' may be of one '0'"),
    ],
)
def test_names_that_may_be_no_groups_are_said(tmp_path, names, message):
    assert message in " ".join(messages(audit(tmp_path, table(person=names)), "groups", "person"))


@pytest.mark.parametrize(
    "names", [[f"site{row // 100}_P{row // 10:02d}" for row in COUNT], [f"img_{row // 10}" for row in COUNT]]
)
def test_ordinary_names_of_groups_need_no_word(tmp_path, names):
    assert not messages(audit(tmp_path, table(person=names)), "groups", "person")


@pytest.mark.parametrize(
    ("change", "difference"),
    [
        (lambda name: name.upper(), "capitals"),
        (lambda name: f"C:\\img\\{name}.png", "the folder or the file's ending"),
        (lambda name: name.replace("a", "%61").replace("-", "_"), "signs"),
    ],
)
def test_ids_of_which_some_differ_say_in_what(change, difference):
    names = np.array([f"a-{row}" for row in range(90)])
    others = np.array([change(name) if row % 3 else name for row, name in enumerate(names)])
    joined, sentence = join(Rows("t.csv", 90, names), [Rows("f.npz", 90, others)])
    assert len(joined) == 30
    assert sentence.endswith(f"60 of t.csv, 60 of f.npz; most of these differ in {difference}: write them alike")
    with pytest.raises(ExoprobeError, match="no id in common"):
        join(Rows("t.csv", 90, names), [Rows("f.npz", 90, np.array([f"b{row}z" for row in range(90)]))])


def test_too_few_groups_for_want_of_ids_say_what_was_left_out(tmp_path):
    ids = [f"a{row}" if row < 3 else f"b{row}" for row in COUNT]
    pd.DataFrame(features()).add_prefix("c").assign(id=ids).to_csv(tmp_path / "f.csv", index=False)
    with pytest.raises(ExoprobeError, match="1 groups cannot be split.* .3 rows, joined by id; left out for want of"):
        audit(tmp_path, table(id=[f"a{row}" for row in COUNT]), tmp_path / "f.csv", id="id")


def test_a_feature_that_goes_one_way_is_said_and_kept():
    values = np.random.default_rng(0).standard_normal((60, 3))
    values[:, 1] = np.sort(values[:, 1])
    columns = load_columns(UserFile("f.npy", 60, 3, lambda: values, columns=["a", "time", "c"]))
    assert [(kind, name) for kind, name, _ in columns.notes] == [("order", "time")]
    assert columns.kept.tolist() == [0, 1, 2]


def test_the_same_features_twice_are_said_of_few_rows(tmp_path):
    rows = np.arange(40)
    (message,) = messages(audit(tmp_path, table(40)[["sex"]], features(40)[rows // 2], group=None), "copies")
    assert "100% of the rows have the same features as another row" in message
    assert not messages(audit(tmp_path, table(40)[["sex"]], features(40), group=None), "copies")


def test_one_file_as_features_and_factors_says_what_to_do(tmp_path):
    """Case 59: a table with the features and what is to be probed."""
    frame = pd.DataFrame(features()).add_prefix("f").assign(**table())
    with pytest.raises(ExoprobeError, match="t.csv: f0 is a column of the factor table too.*save .* as two files, or"):
        audit(tmp_path, frame, tmp_path / "t.csv")


def test_a_column_left_out_has_no_other_note(tmp_path):
    texts = [f"{row / 7:.1f}" if row % 9 else ("n.b.", "NULL", "bad")[row % 3] for row in COUNT]
    data = audit(tmp_path, table(hb=texts))
    assert factor(data, "hb") is None
    assert [entry["kind"] for entry in data.notes["notes"] if entry["column"] == "hb"] == ["left_out"]

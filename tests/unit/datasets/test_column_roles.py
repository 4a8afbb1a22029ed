"""One column never stops the audit; the group, the split and the label are checked."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.column_roles import Roles, as_group
from exoprobe.datasets.samples import label_codes
from exoprobe.errors import ExoprobeError
from tests.unit.datasets.cases import COUNT, ROWS, audit, factor, features, messages, rng, table

PRICES = rng().uniform(1, 900, ROWS).round(2)


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
        ([str(value) if row != 7 else "old" for row, value in enumerate(PRICES)], "it is 'old' in line 9"),
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


def test_a_label_that_rows_do_not_share_is_refused(tmp_path):
    with pytest.raises(ExoprobeError, match="values in 600 rows; a label is a class that rows share, or a number"):
        audit(tmp_path, table(name=[f"n{row}" for row in COUNT]), label="name")


def test_rows_without_a_partner_are_noted(tmp_path):
    ids = [f"s{row}" for row in COUNT]
    pd.DataFrame(features()).add_prefix("c").assign(id=ids).iloc[30:].to_csv(tmp_path / "f.csv", index=False)
    data = audit(tmp_path, table(id=ids), tmp_path / "f.csv", id="id")
    assert "570 rows, joined by id; left out for want of a partner: 30 of" in messages(data, "rows")[0]


@pytest.mark.parametrize("column", ["age", "visits"])
def test_a_label_may_be_a_number(tmp_path, column):
    visits = np.random.default_rng(2).poisson(20, 600) + 5
    data = audit(tmp_path, table(visits=visits), label=column)
    frame = table(visits=visits)
    assert data.columns["label"].tolist() == frame[column].to_numpy(float)[data.columns["row"]].tolist()
    assert factor(data, column) is None
    assert "is read as a number" in messages(data, "label")[0]
    assert (label_codes(data.columns["label"]) == -1).all()


@pytest.mark.parametrize(
    ("values", "kinds"),
    [(COUNT % 4, {}), (COUNT % 30, {}), (COUNT % 2 == 0, {}), (COUNT % 30 * 7, {"label": "categorical"})],
)
def test_a_label_that_counts_classes_is_a_class(tmp_path, values, kinds):
    data = audit(tmp_path, table(label=values), label="label", kinds=kinds)
    assert label_codes(data.columns["label"]).max() == len(np.unique(values)) - 1


def test_a_label_that_is_an_angle_or_numbers_the_rows_is_refused(tmp_path):
    with pytest.raises(ExoprobeError, match="the label yaw is an angle; a label is a class or a number: .*continuous"):
        audit(tmp_path, table(yaw=np.linspace(-90, 90, 600)[::-1]), label="yaw")
    with pytest.raises(ExoprobeError, match="the label nr cannot be probed, it numbers the rows"):
        audit(tmp_path, table(nr=COUNT + 5), label="nr")


def test_groups_of_several_columns_share_no_value_between_splits(tmp_path):
    """60 people of twelve wards, the first of whom is in two."""
    ward = COUNT // 50
    ward[0] = 1
    frame = table(ward=ward, old=ward % 2)
    data = audit(tmp_path, frame, group=["person", "ward"], label="person")
    rows = frame.iloc[data.columns["row"]].assign(split=data.columns["split"], group=data.columns["group"])
    assert (rows.groupby("person")["split"].nunique() == 1).all()
    assert (rows.groupby("ward")["split"].nunique() == 1).all()
    assert rows["group"].nunique() == 11
    assert rows.loc[rows["ward"] < 2, "group"].nunique() == 1
    assert "60 of person, 12 of ward make 11 groups" in messages(data, "groups")[0]
    assert [one.name for one in data.factors] == ["sex", "age", "noise", "site", "old"]
    assert len(np.unique(data.columns["label"])) == 60  # the first column's


def test_a_single_column_in_a_list_is_that_column():
    assert as_group(["person"]) == as_group("person") == "person"
    assert Roles(group=("person", "ward")).labeled().label == "person"


@pytest.mark.parametrize(
    ("more", "group", "message"),
    [
        ({"session": COUNT % 2}, ["person", "session"], "all rows hang .* session out of group: person alone gives 60"),
        ({"ward": COUNT // 200}, ["ward", "person"], "hang together in 3 groups .*leave ward out of group"),
        ({"ward": COUNT // 200}, ["ward", "site"], "1 groups cannot be split"),
        ({}, ["person", "wrd"], r"audit.group\[1\] is 'wrd'"),
    ],
)  # fmt: skip
def test_groups_that_hang_together_say_which_column_to_leave_out(tmp_path, more, group, message):
    with pytest.raises(ExoprobeError, match=message):
        audit(tmp_path, table(**more), group=group)

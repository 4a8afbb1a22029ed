"""A user's files become a dataset: joined, grouped, split; or one sentence says what is wrong."""

import json

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.factors import read_factors
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.datasets.user_dataset import build_audit, write_audit
from exoprobe.errors import ExoprobeError

N, PEOPLE = 120, 24


@pytest.fixture
def frame(rng):
    """120 pictures of 24 people."""
    people = np.repeat(np.arange(PEOPLE), N // PEOPLE)
    return pd.DataFrame(
        {
            "id": [f"s{row:03}" for row in range(N)],
            "person": [f"p{person}" for person in people],
            "sex": np.where(people % 2, "f", "m"),
            "glasses": np.tile(["no", "yes", "no"], N // 3),
            "camera": np.tile([1, 2, 3, 4], N // 4),
            "yaw": rng.uniform(-90, 90, N),
            "age": rng.normal(40, 9, N),
        }
    )


class Files:
    """A folder with a user's files."""

    def __init__(self, folder):
        self.folder = folder
        self.table = folder / "factors.csv"

    def build(self, frame, *sources, rows=None, **roles):
        frame.to_csv(self.table, index=False)
        return build_audit(
            self.table,
            {"features": sources or [self.features(len(frame))]},
            Roles(**{"group": "person", **roles}),
            rows=rows,
            seed=0,
        )

    def features(self, rows=N, dimension=3, name="a.npy"):
        np.save(self.folder / name, np.ones((rows, dimension)))
        return self.folder / name

    def with_ids(self, ids, name="a.csv", **columns):
        pd.DataFrame({"id": ids, "x": 1.0, "y": 2.0, **columns}).to_csv(self.folder / name, index=False)
        return self.folder / name


@pytest.fixture
def files(tmp_path):
    return Files(tmp_path)


def test_every_row_keeps_its_factors_group_and_split(files, frame):
    data = files.build(frame, factor_columns=["sex", "glasses", "camera", "yaw", "age"], label="person")
    rows, splits = data.columns["row"], data.columns["split"]
    assert sorted(rows) == list(range(N))
    assert data.columns["id"].tolist() == [str(row) for row in rows]
    folds = [f"fold_{number}" for number in range(10)]
    assert [name for name, _ in pd.Series(splits).groupby(splits, sort=False)] == folds
    whole = pd.DataFrame({"person": frame["person"].to_numpy()[rows], "code": data.columns["group"], "split": splits})
    assert len(whole.drop_duplicates()) == PEOPLE == whole["code"].nunique()
    np.testing.assert_array_equal(data.columns["label"], data.columns["group"])
    kinds = {factor.name: factor.kind for factor in data.factors}
    assert kinds == {
        "sex": "binary",
        "glasses": "binary",
        "camera": "categorical",
        "yaw": "angle",
        "age": "continuous",
    }
    glasses, yaw = data.factors[1], data.factors[3]
    categories = np.array(glasses.categories)[glasses.values.astype(int)]
    np.testing.assert_array_equal(categories, frame["glasses"].to_numpy()[rows])
    np.testing.assert_allclose(yaw.values, frame["yaw"].to_numpy()[rows])
    assert (data.notes["joined"], data.notes["left_out"]) == ("120 rows, joined by order.", [])
    assert [entry["message"] for entry in data.notes["notes"]] == ["120 rows, joined by order."]
    assert [(entry["column"], entry["kind"]) for entry in data.notes["columns"]] == list(kinds.items())


def test_a_repeat_in_which_a_factor_cannot_be_learned_is_left_out(files, frame, monkeypatch):
    people = np.arange(PEOPLE)
    frame["rare"] = np.where(np.repeat(people, N // PEOPLE) < 6, "yes", "no")  # all in the first fold of the second
    drawn = np.stack([people % 5, people // 6], axis=1)[np.repeat(people, N // PEOPLE)].astype(np.uint8)
    monkeypatch.setattr("exoprobe.datasets.user_dataset.make_repeats", lambda *_: drawn)
    for names, kept in ((["glasses"], [0, 1]), (["glasses", "rare"], [0])):
        columns = files.build(frame, factor_columns=names).columns
        np.testing.assert_array_equal(columns["repeats"], drawn[columns["row"]][:, kept])


def test_by_id_what_both_have_is_joined_and_the_rest_counted(files, frame):
    source = files.with_ids([*frame["id"][:5:-1], "x1", "x2"])
    data = files.build(frame, source, id="id")
    assert set(data.columns["id"]) == set(frame["id"][6:])
    np.testing.assert_array_equal(frame["id"].to_numpy()[data.columns["row"]], data.columns["id"])
    assert data.notes["joined"] == (
        f"114 rows, joined by id; left out for want of a partner: 6 of {files.table}, 2 of {source}."
    )


def test_several_files_are_joined_to_what_all_have(files, frame):
    sources = files.with_ids(frame["id"][:110]), files.with_ids(frame["id"][10:], "b.csv")
    data = files.build(frame, *sources, id="id")
    assert sorted(data.columns["row"]) == list(range(10, 110))


def test_without_groups_every_row_is_its_own(files, frame):
    data = files.build(frame, group=None, factor_columns=["sex"])
    assert sorted(data.columns["group"]) == list(range(N))
    assert (data.columns["label"] == -1).all()


def test_a_given_split_is_kept(files, frame):
    frame["part"] = np.repeat(["test", "train", "validation"], N // 3)
    data = files.build(frame, split="part")
    np.testing.assert_array_equal(data.columns["split"], frame["part"].to_numpy()[data.columns["row"]])
    assert "part" not in [factor.name for factor in data.factors]


def test_the_unit_of_a_factor_is_kept_where_the_split_leaves_its_column_out(files, frame):
    site = np.repeat(np.arange(12), N // 12)
    split = np.repeat(["train", "validation", "test"], N // 3)
    table = frame.assign(site=site, dose=np.arange(12)[::-1][site] % 5 / 2, split=split)
    data = files.build(table, split="split")
    assert "site" not in [factor.name for factor in data.factors]
    np.testing.assert_array_equal(data.columns["unit site"], site)
    assert not any(name.startswith("unit") for name in files.build(frame).columns)


def test_columns_that_are_no_factors_are_left_out_with_a_sentence(files, frame):
    data = files.build(frame.assign(site="here", n=range(N)))
    assert [factor.name for factor in data.factors] == ["sex", "glasses", "camera", "yaw", "age"]
    assert data.notes["left_out"] == [
        "id cannot be probed, its 120 texts are names, not categories.",
        "site cannot be probed, it is here in every row.",
        "n cannot be probed, it numbers the rows.",
    ]


def test_many_groups_are_split_into_train_validation_and_test(files, frame):
    many = pd.concat([frame] * 25, ignore_index=True)
    many["person"] = np.repeat(np.arange(600), 5)
    splits = files.build(many.drop(columns="id")).columns["split"]
    assert list(dict.fromkeys(splits)) == ["train", "validation", "test"]


@pytest.mark.parametrize(
    ("split", "where"),
    [(None, "in enough groups to be learned in every fold"), ("part", "in every split")],
)
def test_a_category_that_cannot_be_learned_and_tested_is_unknown(files, frame, split, where):
    frame.loc[frame["person"] == "p3", "camera"] = 9
    frame["part"] = np.repeat(["train", "validation", "test"], N // 3)
    data = files.build(frame, split=split, factor_columns=["sex", "glasses", "camera"])
    camera = data.factors[2]
    assert camera.categories == ("1", "2", "3", "4")
    rows = frame["camera"].to_numpy()[data.columns["row"]]
    np.testing.assert_array_equal(camera.known, rows != 9)
    assert set(zip(camera.values[camera.known], rows[camera.known], strict=True)) == {
        (0, 1),
        (1, 2),
        (2, 3),
        (3, 4),
    }
    assert data.notes["left_out"] == [f"Rows where camera is 9 are unknown: these values are not {where}."]


def test_so_many_rows_are_drawn_by_whole_groups(files, frame):
    data = files.build(frame, rows=61)
    assert len(data.columns["row"]) == 60
    drawn = frame["person"].iloc[data.columns["row"]]
    assert drawn.nunique() == 12 == data.columns["group"].max() + 1
    assert data.notes["joined"] == "120 rows, joined by order; 60 of them drawn by group."


def test_what_is_written_is_read_back_and_belongs_together(files, frame, tmp_path):
    data = files.build(frame, label="sex", factor_columns=["glasses", "yaw"])
    paths = [tmp_path / name for name in ("samples.parquet", "factors.parquet", "notes.json")]
    write_audit(data, *paths)
    columns = read_samples(paths[0], list(data.columns))
    for name, column in data.columns.items():
        np.testing.assert_array_equal(columns[name], column)
    factors = read_factors(paths[1], dataset_digest(paths[0]))
    for read, written in zip(factors, data.factors, strict=True):
        assert (read.name, read.kind, read.categories) == (written.name, written.kind, written.categories)
        np.testing.assert_array_equal(read.values, written.values)
    assert json.loads(paths[2].read_text()) == data.notes


def without_last_person(frame):
    return frame.assign(person=frame["person"].where(frame.index != N - 1))


def two_splits(frame):
    parts = pd.Series(np.repeat(["test", "train", "validation"], N // 3))
    return frame.assign(part=parts.where(parts.index != 0, "train"))


# Name: what the table becomes, the features, roles, and the whole sentence ({0} is the folder).
WRONG = {
    "lengths differ": (
        None,
        lambda files: [files.features(N - 1)],
        {},
        "{0}/a.npy has 119 rows and {0}/factors.csv has 120; joined by order they must have equally many, so mend "
        "one or name a column of ids with id",
    ),
    "an id is missing": (
        lambda frame: frame.assign(id=frame["id"].where(frame.index != 7)),
        lambda files: [files.with_ids(["s000"])],
        {"id": "id"},
        "{0}/factors.csv: line 9 has no id; every row needs its id",
    ),
    "an id is missing in the features": (
        None,
        lambda files: [files.with_ids(["s000", None])],
        {"id": "id"},
        "{0}/a.csv: line 3 has no id; every row needs its id",
    ),
    "an id is doubled": (
        None,
        lambda files: [files.with_ids(["s000", "s001", "s000"])],
        {"id": "id"},
        "{0}/a.csv: line 2 and line 4 have the same id, 's000'; an id may be there once",
    ),
    "no id in common": (
        None,
        lambda files: [files.with_ids(["0", "1"])],
        {"id": "id"},
        "{0}/a.csv and {0}/factors.csv have no id in common; the first begins with '0', the second with 's000'",
    ),
    "a .npy with ids": (
        None,
        lambda files: [files.features()],
        {"id": "id"},
        "{0}/a.npy: a .npy file holds no ids; save a .npz with the features and an array 'id', or give no id to "
        "join by order",
    ),
    "a file as two seeds": (
        None,
        lambda files: [files.features(), files.features()],
        {},
        "{0}/a.npy is given twice as a training seed of one representation; name each file once",
    ),
    "a factor with one value": (
        lambda frame: frame.assign(site="here"),
        None,
        {"factor_columns": ["sex", "site"]},
        "{0}/factors.csv: site cannot be probed, it is here in every row",
    ),
    "a file name as a factor": (
        None,
        None,
        {"factor_columns": ["id"]},
        "{0}/factors.csv: id cannot be probed, its 120 texts are names, not categories",
    ),
    "nothing to probe": (
        lambda frame: frame[["person", "id"]],
        None,
        {},
        "{0}/factors.csv: no column is left to be probed; id cannot be probed, its 120 texts are names, not "
        "categories.",
    ),
    "text among numbers": (
        lambda frame: frame.assign(age=frame["age"].astype(object).where(frame.index != 5, "old")),
        None,
        {"factor_columns": ["age"]},
        "{0}/factors.csv: age cannot be probed, it is 'old' in line 7 and a number in most others; "
        "correct it, "
        "or leave it empty if unknown",
    ),
    "the group column equals a factor": (
        lambda frame: frame.assign(subject=frame["person"].str.replace("p", "subject ")),
        None,
        {"factor_columns": ["subject"]},
        "{0}/factors.csv: subject cannot be probed, it equals the group column person: each value is of one group "
        "only, so nothing can be learned of it from other groups",
    ),
    "the group is a factor": (
        None,
        None,
        {"factor_columns": ["person"]},
        "audit.factor_columns[0] is 'person', the group column; it cannot be a factor too",
    ),
    "a group is missing": (
        without_last_person,
        None,
        {},
        "{0}/factors.csv: line 121 has no person; every row needs its group",
    ),
    "no such column": (
        None,
        None,
        {"group": "persons"},
        "audit.group is 'persons', but {0}/factors.csv has no such column; did you mean person?",
    ),
    "a kind for no column": (
        None,
        None,
        {"kinds": {"gender": "binary"}},
        "audit.kinds.gender is 'gender', but {0}/factors.csv has no such column; it has id, person, sex, glasses, "
        "camera, yaw, age",
    ),
    "a kind that does not fit": (
        None,
        None,
        {"kinds": {"glasses": "continuous"}},
        "{0}/factors.csv: kinds: glasses is continuous, but is 'no' in line 2",
    ),
    "a group in two splits": (
        two_splits,
        None,
        {"split": "part"},
        "{0}/factors.csv: group p0 is in two splits, train and test, in line 3; a group must stay in one",
    ),
    "an unknown split": (
        lambda frame: frame.assign(part="dev"),
        None,
        {"split": "part"},
        "{0}/factors.csv: part is 'dev' in line 2; allowed: train, validation, test",
    ),
    "too few groups": (
        lambda frame: frame.assign(person=frame["person"].str[:2]).assign(person=lambda f: f["person"].str[1:]),
        None,
        {"group": "sex"},
        "{0}/factors.csv: 2 groups cannot be split; at least 6 are needed to fit, tune and test on different ones: "
        "give more rows, or a group column with more values",
    ),
    "a factor that only one split has": (
        lambda frame: frame.assign(hat=np.where(frame["person"] == "p1", "yes", "no")),
        None,
        {"factor_columns": ["sex", "hat"]},
        "{0}/factors.csv: hat cannot be probed, fewer than two of its values are in enough groups to be learned in "
        "every fold",
    ),
    "a label with one value": (
        lambda frame: frame.assign(label="face"),
        None,
        {"label": "label"},
        "{0}/factors.csv: the label label has 1 values; it needs two or more",
    ),
    "seeds of different widths": (
        None,
        lambda files: [files.features(), files.features(dimension=4, name="b.npy")],
        {},
        "{0}/b.npy has 4 features and {0}/a.npy has 3; files of one representation are its training seeds and "
        "must have equally many; name two models apart, features: {{first: a.npy, second: b.npy}}",
    ),
    "a factor among the features": (
        None,
        lambda files: [files.with_ids([f"s{row:03}" for row in range(N)], age=5.0)],
        {"id": "id"},
        "{0}/a.csv: age is a column of the factor table too; what is probed must not be among the features: "
        "save features and factors as two files, or the features as one column of lists in Parquet",
    ),
}


@pytest.mark.parametrize("fault", WRONG)
def test_a_fault_is_told_in_one_sentence(files, frame, fault):
    change, sources, roles, message = WRONG[fault]
    frame = change(frame) if change else frame
    with pytest.raises(ExoprobeError) as error:
        files.build(frame, *(sources(files) if sources else []), **roles)
    assert str(error.value) == message.format(files.folder)

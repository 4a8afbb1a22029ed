"""The section audit: its short form, and what the files' headers tell before any job starts."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.config.audit import FEATURES, with_audit
from exoprobe.config.audit_files import check_audit
from exoprobe.config.model import load_config
from exoprobe.datasets.column_roles import KINDS_ALLOWED
from exoprobe.datasets.table_columns import FACTOR_TABLES
from exoprobe.errors import ExoprobeError


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with a user's files."""
    monkeypatch.chdir(tmp_path)
    np.save("my.npy", np.ones((3, 2)))
    frame = pd.DataFrame({"name": ["a", "b", "c"], "person": [1, 2, 3], "age": [1.0, 2.0, 3.0]})
    frame.to_csv("my.csv", index=False)
    frame.to_parquet("my.parquet")
    return tmp_path


def test_the_short_form_is_one_representation_named_after_its_file(shipped):
    config = with_audit({**shipped, "features": "emb/after.npy", "factors": "my.csv", "group": 7})
    assert config == {
        **shipped,
        "audit": {
            **shipped["audit"],
            "representations": {"features": {"title": "after", "features": "emb/after.npy"}},
            "factors": "my.csv",
            "group": "7",
        },
    }


@pytest.mark.parametrize("group", ["patient,site", "patient, site", ["patient", "site"]])
def test_several_groups_are_a_list(shipped, group):
    assert with_audit({**shipped, "features": "a.npy", "group": group})["audit"]["group"] == ["patient", "site"]


@pytest.mark.parametrize(
    ("group", "message"),
    [
        (["person", "person"], r"audit.group is \['person', 'person'\]; no column may appear twice"),
        ([7], r"audit.group is \[7\]; it must be a column, a list of columns, or null"),
        (["person", "persn"], r"audit.group\[1\] is 'persn', but my.csv has no such column; did you mean person"),
    ],
)
def test_groups_that_cannot_be_are_refused(shipped, folder, group, message):
    section = {**shipped["audit"], **with_audit({**shipped, "features": "my.npy", "factors": "my.csv"})["audit"]}
    with pytest.raises(ExoprobeError, match=message):
        check_audit({**section, "group": group})


def test_the_short_form_leaves_what_it_does_not_name(shipped):
    section = {**shipped["audit"], "representations": {"a": {"title": "a", "features": "a.npy"}}, "rows": 50}
    config = with_audit({**shipped, "audit": section, "label": "person"})
    assert config["audit"] == {**section, "label": "person"}


@pytest.mark.parametrize("where", ["sex == 'f'", "'f' == sex", "sex in ('f', 'm')", 'sex == "f"', "age > 3"])
def test_quotes_at_the_ends_that_the_engine_takes_are_given_back(shipped, where):
    given = {**shipped, "features": "a.npy", "factors": "my.csv", "where": where.strip("'\"")}
    assert with_audit(given)["audit"]["where"].replace('"', "'") == where.replace('"', "'")


def test_without_it_nothing_changes(shipped):
    assert with_audit(shipped) == shipped


@pytest.mark.parametrize("key", ["group", "id", "label", "split", "features", "factors"])
@pytest.mark.parametrize("value", [None, ""])
def test_an_empty_value_is_not_taken_for_none(shipped, key, value):
    with pytest.raises(ExoprobeError, match=f"^{key} is empty; give a value, or leave {key} out$"):
        with_audit({**shipped, **GOOD, key: value})


@pytest.mark.parametrize("files", [["a.npy", "b.npy"], ["x/a.npy", "y/b.csv", "c.npz"]])
def test_files_without_names_are_not_taken_for_seeds(shipped, files):
    with pytest.raises(
        ExoprobeError, match=r"features is a list; name what it holds: 'features={a: .*, b: .*}' to comp"
    ):
        with_audit({**shipped, "features": files, "factors": "my.csv"})


@pytest.mark.parametrize("files", ["my.npy", {"mine": ["my.npy", "my.parquet"]}, {"a": "my.npy", "b": "my.parquet"}])
def test_files_that_are_there_pass(shipped, folder, files):
    load_config({**shipped, "features": files, "factors": "my.csv", "group": "person"})


def test_what_the_workflow_makes_may_come_later(shipped, folder):
    made = {"features": "results/features/x.parquet", "factors": "results/data/x/samples.parquet", "group": "group"}
    load_config({**shipped, **made})


GOOD = {"features": "my.npy", "factors": "my.csv"}


@pytest.mark.parametrize(
    ("given", "section", "message"),
    [
        ({"features": "my.npy"}, {}, "audit.factors is null; give the table of factors too: factors=my.csv"),
        ({"factors": "my.csv"}, {}, "audit.representations is empty; give features too: features=my.npy"),
        ({**GOOD, "factors": "me.csv"}, {}, "audit.factors is 'me.csv'; it does not exist in the working folder, {0}"),
        (
            {**GOOD, "factors": "my.npy"},
            {},
            f"audit.factors is 'my.npy'; its name must end in {', '.join(FACTOR_TABLES)}",
        ),
        (
            {**GOOD, "features": "my.mat"},
            {},
            f"audit.representations.features.features is 'my.mat'; its name must end in {', '.join(FEATURES)}",
        ),
        (
            {**GOOD, "features": {"features": ["my.npy", "{x}.npy"]}},
            {},
            "audit.representations.features.features[1] is '{x}.npy'; a path here may not hold braces, so rename it "
            "or link to it",
        ),
        (
            {**GOOD, "group": "persn"},
            {},
            "audit.group is 'persn', but my.csv has no such column; did you mean person?",
        ),
        (
            {**GOOD, "factors": "my.parquet", "label": "x"},
            {},
            "audit.label is 'x', but my.parquet has no such column; it has name, person, age",
        ),
        (
            {**GOOD, "features": "my.parquet", "id": "nam"},
            {},
            "audit.id is 'nam', but my.parquet has no such column; did you mean name?",
        ),
        (
            GOOD,
            {"kinds": {"agee": "angle"}},
            "audit.kinds.agee is 'agee', but my.csv has no such column; did you mean age?",
        ),
        (GOOD, {"erase": ["leak"]}, "audit.erase[0] is 'leak', but my.csv has no such column; did you mean leaks?"),
        (GOOD, {"erase": ["agee"]}, "audit.erase[0] is 'agee', but my.csv has no such column; did you mean age?"),
        (
            GOOD,
            {"kinds": {"age": "number"}},
            f"audit.kinds.age is 'number'; allowed: {KINDS_ALLOWED}",
        ),
        (
            GOOD,
            {"kinds": {"age": "angle 0.0"}},
            f"audit.kinds.age is 'angle 0.0'; allowed: {KINDS_ALLOWED}",
        ),
        (GOOD, {"factor_columns": []}, "audit.factor_columns is []; it must be a list of at least 1"),
        (
            {**GOOD, "group": "person"},
            {"factor_columns": ["age", "person"]},
            "audit.factor_columns[1] is 'person', the group column; it cannot be a factor too",
        ),
        (
            GOOD,
            {"probe": ["age"]},
            "audit.probe (value ['age']) is not a known key; it is now factor_columns",
        ),
        (GOOD, {"rows": 5}, "audit.rows is 5; it must be at least 20"),
        (GOOD, {"given": ["sex"]}, "audit.given[0] is 'sex', but my.csv has no such column; it has name, person, age"),
        (
            {**GOOD, "group": "person"},
            {"given": ["age", "person"]},
            "audit.given[1] is 'person'; the group column cannot be given",
        ),
        (
            GOOD,
            {"given": ["age"], "factor_columns": ["name"]},
            "audit.given[0] is 'age'; it must be among factor_columns, or the label: name",
        ),
        (GOOD, {"permutations": 9}, "audit.permutations is 9; it must be at least 19"),
        (GOOD, {"margin": 1}, "audit.margin is 1; it must be less than 1"),
        (GOOD, {"images": "my.png"}, "audit.images is 'my.png'; its name must end in .npy, .parquet"),
        ({**GOOD, "name": "../up"}, {}, "audit.name: '../up' is no name; letters, digits and _ are allowed"),
        (GOOD, {"images": {"folder": "."}}, "audit.images.column is missing"),
        (
            GOOD,
            {"images": {"folder": ".", "column": "file"}},
            "audit.images.column is 'file', but my.csv has no such column; it has name, person, age",
        ),
    ],
)
def test_a_fault_is_told_in_one_line_before_any_job(shipped, folder, given, section, message):
    config = with_audit({**shipped, **given})
    config["audit"] = {**config["audit"], **section}
    with pytest.raises(ExoprobeError) as error:
        load_config(config)
    assert str(error.value) == message.replace("{0}", str(folder))


@pytest.mark.parametrize(
    ("path", "remedy"),
    [
        ("https://example.org/f.npy", "download it first, or run exoprobe audit, which does"),
        ("s3://bucket/f.npy", "download it first, or run exoprobe audit, which does"),
        ("s3://bucket/f.h5ad:obsm/X", "download it first, or run exoprobe audit, which does"),
        ("~/f.npy", "~ and variables are not expanded here, so give the whole path"),
        ("$HOME/f.npy", "~ and variables are not expanded here, so give the whole path"),
        ("runs/*.npy", "no file is there"),
        ("https://example.org/f", "download it first, or run exoprobe audit, which does"),
    ],
)
def test_a_path_that_is_none_here_says_what_to_do(shipped, folder, path, remedy):
    with pytest.raises(ExoprobeError, match="it does not exist: ") as error:
        load_config({**shipped, **GOOD, "features": path})
    assert str(error.value).endswith(remedy)

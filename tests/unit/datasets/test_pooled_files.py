"""Files of several rows that are one sample: the patches of a slide, the frames of a recording."""

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.user_features import open_features
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import files_of, parse_location
from tests.unit.datasets.cases import audit, imported, table

SLIDES = [f"s{number}" for number in range(60)]


@pytest.fixture
def slides(tmp_path, rng):
    """Write a file of two to four patches for each slide, and return them by name."""
    patches = {name: rng.normal(size=(2 + number % 3, 4)).astype(np.float32) for number, name in enumerate(SLIDES)}
    (tmp_path / "slides").mkdir()
    for name, matrix in patches.items():
        np.save(tmp_path / "slides" / f"{name}.npy", matrix)
    return patches


def test_a_location_says_what_becomes_of_the_rows(tmp_path, slides):
    location = parse_location(f"{tmp_path}/slides@max")
    assert (location.path, location.pool, location.stem) == (tmp_path / "slides", "max", "slides:max")
    assert str(location) == f"{tmp_path}/slides@max"
    assert len(files_of(f"{tmp_path}/slides/s1*.npy@rows")) == 11
    assert parse_location("s3://bucket/slides@max").given == "s3://bucket/slides@max"
    assert parse_location("me@home").pool == ""
    (tmp_path / "slides@max").mkdir()
    assert parse_location(tmp_path / "slides@max").pool == ""


@pytest.mark.parametrize(("end", "pooled"), [("", np.mean), ("@mean", np.mean), ("@max", np.max)])
def test_rows_become_one(tmp_path, slides, end, pooled):
    file = open_features(f"{tmp_path}/slides{end}", "slide")
    assert file.ids.tolist() == SLIDES
    np.testing.assert_allclose(file.load(), [pooled(slides[name], axis=0) for name in SLIDES], atol=1e-6)


@pytest.mark.parametrize("group", ["slide", "person"])
def test_rows_are_kept_with_the_factors_of_their_sample(tmp_path, slides, group):
    frame = table(60).assign(slide=SLIDES)[::-1]
    frame = pd.concat([frame, frame.head(1).assign(slide="no file")])
    source = tmp_path / "slides@rows"
    data = audit(tmp_path, frame, source, id="slide", group=group)
    columns = data.columns
    assert len(columns["id"]) == sum(map(len, slides.values()))
    names, rows = zip(*(name.split("/") for name in columns["id"].tolist()), strict=True)
    expected = [slides[name][int(row)] for name, row in zip(names, rows, strict=True)]
    np.testing.assert_array_equal(imported(tmp_path, data, source, "slide"), expected)
    by_slide = pd.DataFrame({"slide": names, "group": columns["group"], "row": columns["row"]}).drop_duplicates()
    assert len(by_slide) == 60  # all patches of a slide are in one group
    assert by_slide["group"].nunique() == frame.loc[frame["slide"] != "no file", group].nunique()
    assert frame["slide"].iloc[by_slide["row"]].tolist() == by_slide["slide"].tolist()
    with pytest.raises(ExoprobeError, match="there is no audit.group; give the column slide"):
        audit(tmp_path, frame, source, id="slide", group=None)
    (age,) = (factor.values for factor in data.factors if factor.name == "age")
    np.testing.assert_array_equal(age, frame.set_index("slide").loc[list(names), "age"])


@pytest.mark.parametrize(
    ("name", "ids", "message"),
    [
        ("slides/s0.npy@max", "slide", "only a folder or a pattern has files whose rows can be pooled"),
        ("slides@max", None, "name the column of these names with id"),
        ("tables@rows", "slide", "save the files as arrays"),
    ],
)
def test_what_cannot_be_pooled_is_refused(tmp_path, slides, name, ids, message):
    (tmp_path / "tables").mkdir()
    pd.DataFrame({"slide": ["a"], "x": [1.0]}).to_parquet(tmp_path / "tables" / "a.parquet")
    with pytest.raises(ExoprobeError, match=message):
        open_features(tmp_path / name, ids)

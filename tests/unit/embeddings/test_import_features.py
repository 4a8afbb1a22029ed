import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.samples import dataset_digest, write_samples
from exoprobe.embeddings.import_features import import_features
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import read_features, read_info

ROWS = np.array([4, 1, 0, 3])  # of the factor table; row 2 is not used


@pytest.fixture
def samples(tmp_path):
    path = tmp_path / "samples.parquet"
    columns = {"sample_id": np.arange(4), "row": ROWS, "id": np.array([f"s{row}" for row in ROWS])}
    columns |= {"group": np.arange(4), "split": np.array(["train", "train", "validation", "test"])}
    write_samples(path, columns)
    return path


def imported(tmp_path, samples, source, *, id_column=None, dtype="float32"):
    path = tmp_path / "features.parquet"
    import_features(source, samples, path, id_column=id_column, layer="mine", code_digest="c", dtype=dtype)
    return path


def test_rows_joined_by_order_are_those_of_the_factor_table(tmp_path, samples, rng, monkeypatch):
    monkeypatch.setattr("exoprobe.embeddings.import_features.BLOCK_BYTES", 48)  # two rows at a time
    values = rng.normal(size=(5, 3))
    np.save(tmp_path / "a.npy", values)
    path = imported(tmp_path, samples, tmp_path / "a.npy")
    np.testing.assert_array_equal(read_features(path), values[ROWS].astype(np.float32))
    info = read_info(path)
    assert (info.rows, info.dimension, info.layer) == (4, 3, "mine")
    assert info.dataset_digest == dataset_digest(samples)


def test_rows_joined_by_id_may_stand_anywhere_in_the_file(tmp_path, samples, rng):
    frame = pd.DataFrame(rng.normal(size=(7, 2)), columns=["x", "y"])
    frame.insert(0, "name", [f"s{row}" for row in (6, 3, 0, 5, 1, 2, 4)])
    frame.to_csv(tmp_path / "a.csv", index=False)
    path = imported(tmp_path, samples, tmp_path / "a.csv", id_column="name", dtype="float16")
    wanted = frame.set_index("name").loc[[f"s{row}" for row in ROWS]].to_numpy()
    np.testing.assert_allclose(read_features(path), wanted, rtol=1e-3)
    assert read_features(path).dtype == np.float16


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (np.nan, "nan; features must be finite numbers"),
        (np.inf, "inf; features must be finite numbers"),
        (1e300, "1e+300; float32 cannot hold it beside the others: correct it, or take logarithms"),
    ],
    ids=["nan", "inf", "too large"],
)
def test_what_is_not_finite_is_refused_with_its_row_and_column(tmp_path, samples, value, shown):
    values = np.ones((5, 3))
    values[3, 2] = value
    np.save(tmp_path / "a.npy", values)
    with pytest.raises(ExoprobeError) as error:
        imported(tmp_path, samples, tmp_path / "a.npy")
    assert str(error.value) == (f"{tmp_path}/a.npy: row 3 (from 0), column 2 (from 0) is {shown}")


def test_a_field_left_empty_is_refused_by_the_column_s_name(tmp_path, samples):
    (tmp_path / "a.csv").write_text("x,y\n1,2\n3,4\n5,6\n7,\n9,10\n")
    with pytest.raises(ExoprobeError, match=r"a.csv: line 5, column y is nan; features must be finite"):
        imported(tmp_path, samples, tmp_path / "a.csv")


def test_a_row_that_no_sample_needs_may_be_anything(tmp_path, samples):
    values = np.arange(15.0).reshape(5, 3)
    values[2] = np.nan
    np.save(tmp_path / "a.npy", values)
    assert read_info(imported(tmp_path, samples, tmp_path / "a.npy")).rows == 4


def test_features_that_are_all_the_same_are_refused(tmp_path, samples):
    np.save(tmp_path / "a.npy", np.ones((5, 3)))
    with pytest.raises(ExoprobeError, match="every row is the same, so nothing can be predicted from these features"):
        imported(tmp_path, samples, tmp_path / "a.npy")
    assert not list(tmp_path.glob("*.parquet.*"))

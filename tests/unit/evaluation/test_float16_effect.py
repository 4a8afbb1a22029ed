import pandas as pd
import pytest

from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.float16_effect import float16_effect, write_float16_effect


@pytest.fixture
def write(tmp_path):
    """A function that writes two tables and returns their files."""

    def files(one, other):
        pair = tmp_path / "one.parquet", tmp_path / "other.parquet"
        for table, path in zip((one, other), pair, strict=True):
            pd.DataFrame(table).to_parquet(path)
        return pair

    return files


def rows(table):
    return {row.quantity: (row.unit, row.float32, row.float16, row.changed) for row in table.itertuples()}


def test_digits_by_hand(write):
    one = {
        "sample_id": [1, 2],
        "label": [0, 1],
        "angle": [10.0, -10.0],
        "mav": [0, 0],
        "predicted_angle": [10.0, -7],
    }
    other = {**one, "mav": [0, 1], "predicted_angle": [10.0, -6.0]}
    for table in (one, other):
        table["predicted_angle_pooled"] = [0.0, 0.0]
    found = rows(float16_effect({"lenet": write(one, other)}))
    assert found["mav accuracy"] == ("percent", 50, 100, 50)
    assert found["angle_rmse"] == ("degrees", pytest.approx(4.5**0.5), pytest.approx(8**0.5), 0.5)
    assert found["angle_rmse_pooled"] == ("degrees", 10, 10, 0)


def test_attributes_by_hand(write):
    one = {"sample_id": [1, 1, 2, 2], "attribute": ["a", "b"] * 2, "present": [True, True, False, False]}
    found = float16_effect({"x": write({**one, "score": [1, 1, -1, -1]}, {**one, "score": [1, 1, 1, -1]})})
    assert rows(found) == {"a error": ("percent", 0, 50, 50), "b error": ("percent", 0, 0, 0)}


def test_poses_by_hand(write):
    one = {"sample_id": [1, 2], "target": ["yaw", "yaw"], "truth": [5.0, 0.0]}
    found = float16_effect({"x": write({**one, "predicted": [5.0, 2.0]}, {**one, "predicted": [4.0, 2.0]})})
    assert rows(found) == {"yaw error": ("degrees", 1, 1.5, 0.5)}


def test_other_samples_are_refused(write):
    one = {"sample_id": [1], "target": ["yaw"], "truth": [5.0], "predicted": [5.0]}
    with pytest.raises(ExoprobeError, match="do not hold the same samples"):
        float16_effect({"x": write(one, {**one, "sample_id": [2]})})


def test_the_table_is_written(write, tmp_path):
    one = {"sample_id": [1], "target": ["yaw"], "truth": [5.0], "predicted": [5.0]}
    table = float16_effect({"x": write(one, one)})
    write_float16_effect(table, tmp_path / "t.csv", tmp_path / "t.html")
    assert len(pd.read_csv(tmp_path / "t.csv")) == 1
    assert "yaw error" in (tmp_path / "t.html").read_text()

"""Table 1's table; the errors themselves are computed by hand in ``test_score``."""

import numpy as np
import pytest

from exoprobe.evaluation.pose_errors import EDGES, TOTAL, pose_errors, range_names
from tests.scores_factory import number, score, write_run

ABS_YAW, PREDICTED = [0, 10, 15, 29.9, 44, 45, 90], [3, 11, 15, 20, 40, 40, 60]


@pytest.fixture
def rows(tmp_path):
    factors = [number("abs_yaw", ABS_YAW), number("roll", ABS_YAW), number("size", ABS_YAW)]
    predicted = {("linear", factor.name): PREDICTED for factor in factors}
    predicted = {**predicted, ("mlp", "abs_yaw"): ABS_YAW, ("all", "linear", "abs_yaw"): np.zeros(7)}
    run = write_run(tmp_path, factors, predicted, train={"abs_yaw": [10], "roll": [10]})
    table = pose_errors(score(tmp_path, run, subsets=[{"column": "abs_yaw", "edges": EDGES, "factors": ["abs_yaw"]}]))
    return table.set_index(["probe", "target", "range"])


def test_a_row_per_probe_and_range_of_abs_yaw_and_the_total_of_other_angles(rows):
    ranges = [*range_names(), TOTAL]
    assert range_names() == ["0–15", "15–30", "30–45", ">45"]
    expected = {("linear", "abs_yaw", name) for name in ranges} | {("mlp", "abs_yaw", name) for name in ranges}
    assert set(rows.index) == expected | {("linear", "roll", TOTAL)}
    rows = rows.sort_index()
    linear = rows.loc[("linear", "abs_yaw")].loc[ranges]
    assert linear["count"].tolist() == [2, 2, 1, 2, 7]
    assert linear["mae"].tolist() == pytest.approx([2, 4.95, 4, 17.5, 52.9 / 7])
    assert linear["constant_mae"].tolist()[:4] == pytest.approx([5, 12.45, 34, 57.5])
    assert (rows.loc["mlp", "mae"] == 0).all()


def test_r2_is_given_in_total_alone(rows):
    truth, off = np.array(ABS_YAW), np.subtract(PREDICTED, ABS_YAW)
    r2 = 1 - (off**2).sum() / ((truth - truth.mean()) ** 2).sum()
    assert rows.loc[("linear", "abs_yaw", TOTAL), "r2"] == pytest.approx(r2)
    assert rows.drop(TOTAL, level="range")["r2"].isna().all()

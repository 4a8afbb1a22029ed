import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.pose_errors import RANGES, TOTAL, errors_by_range, pose_errors


def table(truth, predicted, group=None, constant=10.0, target="yaw"):
    count = len(truth)
    return pd.DataFrame(
        {
            "sample_id": np.arange(count),
            "group": np.arange(count) if group is None else group,
            "target": target,
            "truth": np.array(truth, float),
            "predicted": np.array(predicted, float),
            "constant": constant,
            "estimator": "by hand",
        }
    )


TRUTH, PREDICTED = [0, -10, 15, 29.9, -44, 45, -90], [3, -11, 15, 20, -40, 40, -60]


def test_ranges_of_the_true_angle_by_hand():
    rows = {row["range"]: row for row in errors_by_range(table(TRUTH, PREDICTED))}
    assert list(rows) == [*RANGES, TOTAL]
    assert [row["count"] for row in rows.values()] == [2, 2, 1, 2, 7]
    expected = [(3 + 1) / 2, (0 + 9.9) / 2, 4, (5 + 30) / 2, (3 + 1 + 0 + 9.9 + 4 + 5 + 30) / 7]
    np.testing.assert_allclose([row["mae"] for row in rows.values()], expected)
    constant = [(10 + 20) / 2, (5 + 19.9) / 2, 54, (35 + 100) / 2]
    np.testing.assert_allclose([rows[name]["constant_mae"] for name in RANGES], constant)
    assert {row["estimator"] for row in rows.values()} == {"by hand"}


def test_r2_by_hand_and_in_total_alone():
    rows = errors_by_range(table([0, 10, 20], [0, 10, 10]))
    # residual 100; around the mean 10: 100 + 0 + 100
    assert rows[-1]["r2"] == pytest.approx(0.5)
    assert all(np.isnan(row["r2"]) for row in rows[:-1])


def test_the_mean_has_an_r2_of_0(rng):
    truth = rng.normal(12, 8, 50)
    assert errors_by_range(table(truth, np.full(50, truth.mean())))[-1]["r2"] == pytest.approx(0)


def test_the_constant_has_its_own_error(rng):
    row = errors_by_range(table(rng.normal(12, 8, 50), np.full(50, 10.0)))[-1]
    assert row["mae"] == pytest.approx(row["constant_mae"])


def test_an_empty_range_has_a_count_of_0_and_no_error():
    row = errors_by_range(table([1, 2], [1, 2]))[3]
    assert row["range"] == ">45"
    assert row["count"] == 0
    assert "mae" not in row


def test_an_interval_is_wider_where_images_are_of_fewer_people(rng):
    truth = np.repeat(rng.normal(0, 5, 40), 10)
    predicted = truth + np.repeat(rng.normal(0, 5, 40), 10)
    few = errors_by_range(table(truth, predicted, group=np.repeat(np.arange(40), 10)))[-1]
    many = errors_by_range(table(truth, predicted))[-1]
    assert few["mae"] == many["mae"]
    assert few["mae_low"] < few["mae"] < few["mae_high"]
    assert few["mae_high"] - few["mae_low"] > 2 * (many["mae_high"] - many["mae_low"])


def test_every_representation_and_target_has_its_rows(tmp_path):
    both = pd.concat([table(TRUTH, PREDICTED, target="abs_yaw"), table(TRUTH, TRUTH)])
    for name in ("a", "b"):
        both.to_parquet(tmp_path / f"{name}.parquet")
    rows = pose_errors({name: tmp_path / f"{name}.parquet" for name in ("a", "b")})
    assert len(rows) == 2 * 2 * 5
    total = rows[rows["range"] == TOTAL].set_index(["representation", "target"])
    assert total.loc[("a", "yaw"), "mae"] == 0
    assert total.loc[("b", "abs_yaw"), "mae"] > 0

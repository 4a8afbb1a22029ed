import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.digit_intervals import digit_intervals


@pytest.fixture
def found(tmp_path, rng):
    """200 digits at seven angles; whether a digit is recognized depends on the digit, not on the angle."""
    group = np.repeat(np.arange(200), 7)
    right = (rng.random(200) < 0.9)[group]
    angle = np.tile(np.arange(-45.0, 46, 15), 200)
    error = rng.normal(0, 10, len(group))
    table = pd.DataFrame({"label": 1, "angle": angle, "group": group, "mav": right.astype(int)})
    table = table.assign(predicted_angle=angle + error, predicted_angle_pooled=angle + 2 * error)
    table.to_parquet(tmp_path / "p.parquet")
    return digit_intervals({("lenet", 3): tmp_path / "p.parquet"}).set_index("quantity"), right, error


def test_values_are_the_scorecard_s(found):
    table, right, error = found
    assert table.loc["lenet_mav_accuracy", "value"] == pytest.approx(100 * right.mean())
    assert table.loc["lenet_angle_rmse", "value"] == pytest.approx(np.sqrt((error**2).mean()))
    assert table.loc["lenet_angle_rmse_pooled", "value"] == pytest.approx(2 * np.sqrt((error**2).mean()))
    assert (table["seed"] == 3).all()
    assert (table["groups"] == 200).all()


def test_the_interval_is_that_of_200_digits_not_of_1400_images(found):
    table, right, _ = found
    accuracy = table.loc["lenet_mav_accuracy"]
    share = right.mean()
    assert accuracy["high"] - accuracy["low"] == pytest.approx(
        200 * 1.96 * np.sqrt(share * (1 - share) / 200), rel=0.15
    )
    angle = table.loc["lenet_angle_rmse"]
    assert angle["low"] < angle["value"] < angle["high"]

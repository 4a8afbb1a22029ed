import numpy as np
import pandas as pd
import pytest

from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, write_features
from exoprobe.probes.rotated_digits import (
    DigitProbes,
    LinearRegression,
    nearest_angle,
    predict_labels,
    probe_rotated_digits,
)

FILES = ("samples", "features", "p", "grid")
ANGLES = np.array([-10.0, 10.0])


def test_nearest_angle_by_hand():
    estimates = np.array([[-99.0, -1.0], [0.1, 3.0]])
    np.testing.assert_array_equal(nearest_angle(estimates, ANGLES), [[0, 0], [1, 1]])


def test_each_technique_by_hand():
    """Label 0's mean turns from x to y with the angle, label 1's from y to x; a feature near x of label 1."""
    x, y = np.array([1.0, 0.0]), np.array([0.0, 1.0])
    read_angle = [
        LinearRegression(np.array([20.0, 0.0]), -10.0, 0),
        LinearRegression(np.array([30.0, 0.0]), -10.0, 0),
    ]
    probes = DigitProbes(
        angles=ANGLES,
        means=np.stack([x + y, 0.9 * x + y]),
        angle_means=np.stack([[x, y], [y, x]]),
        regressors=read_angle,
        pooled=LinearRegression(np.array([0.0, 0.0]), -10.0, 0),
    )
    feature = np.array([[1.0, 0.1]])
    predictions = predict_labels(probes, feature, labels=np.array([1]), angles=np.array([10.0]))
    assert {name: int(label[0]) for name, label in predictions.items()} == {
        "mav": 0,
        "label_angle_mav": 0,  # x is both label 0 at −10° and label 1 at 10°: the first wins
        "per_angle_mav": 1,  # label 0 says 10°: y; label 1 says 20° → 10°: x
        "per_angle_mav_pooled": 0,  # −10° for all
        "per_angle_mav_label_matched": 1,
        "per_angle_mav_true_angle": 1,
    }


@pytest.fixture
def planted(tmp_path, plant):
    """Features that are the one-hot label, plus the angle written into one element, plus noise."""
    plant("features.parquet")
    return tmp_path


def test_a_planted_angle_is_found_in_test_rows_only(planted):
    head = (np.eye(3, 4), np.zeros(3))
    probe_rotated_digits(*(planted / f"{name}.parquet" for name in FILES), head=head)
    table = pd.read_parquet(planted / "p.parquet")
    assert table["group"].tolist() == np.repeat(np.arange(250, 300), 2).tolist()
    for technique in ("mav", "label_angle_mav", "per_angle_mav", "softmax"):
        assert (table[technique] == table["label"]).all()
    for column in ("predicted_angle", "predicted_angle_pooled"):
        assert np.sqrt(np.square(table[column] - table["angle"]).mean()) == pytest.approx(2, rel=0.3)
    grid = pd.read_parquet(planted / "grid.parquet")
    tried = grid.fillna({"label": -1}).groupby("label")
    assert list(tried.groups) == [-1, 0, 1, 2]  # −1: the pooled regressor
    assert (tried["chosen"].sum() == 1).all()
    assert grid.loc[tried["rmse"].idxmin(), "chosen"].all()


def test_features_of_another_dataset_are_refused(planted):
    info = FeatureInfo(4, "float64", 600, "ip1", "another", "w", "c")
    write_features(planted / "features.parquet", np.arange(600), [np.zeros((600, 4))], info)
    with pytest.raises(ExoprobeError, match="features of another dataset"):
        probe_rotated_digits(*(planted / f"{name}.parquet" for name in FILES), head=None)

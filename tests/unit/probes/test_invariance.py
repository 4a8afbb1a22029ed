import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.samples import SPLITS, dataset_digest, write_samples
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, write_features
from exoprobe.probes.factors import column
from exoprobe.probes.invariance import READOUTS, probe_invariance

GROUPS, ROWS = 300, 1200
FILES = ("samples", "features", "predictions", "grid")
SPLIT = np.repeat([SPLITS[0]] * 200 + [SPLITS[1]] * 40 + [SPLITS[2]] * 60, ROWS // GROUPS)


@pytest.fixture(scope="module")
def plant(tmp_path_factory):
    """A function that writes digits of three classes, turned and scaled, with features that tell both, and probes.

    The scale stands in an element of its own. The angle is written upside down for the last class, so that what
    is linear for each class is not for all of them.
    """
    folder, rng = tmp_path_factory.mktemp("planted"), np.random.default_rng(0)
    labels = np.arange(GROUPS).repeat(ROWS // GROUPS) % 3
    angle, scale = rng.uniform(-45, 45, ROWS), rng.uniform(0.5, 1.5, ROWS)
    noise = 0.1 * rng.normal(size=(ROWS, 6))
    class_signs = np.array([1, 1, -1])[labels]
    told = np.stack([class_signs * angle / 30, 3 * (scale - 1)], axis=1)
    features = np.hstack([4 * np.eye(3)[labels], told, 0 * told[:, :1]]) + noise

    def write(factors=("angle", "scale"), **changed):
        columns = {
            "sample_id": np.arange(ROWS),
            "label": labels + 6,
            "group": np.arange(ROWS) // (ROWS // GROUPS),
            "split": SPLIT,
            "inside": np.abs(angle) < 30,
            "outside_factor": np.where(np.abs(angle) < 30, "", "angle"),
            "angle": angle,
            "scale": scale,
            **changed,
        }
        paths = [folder / f"{name}.parquet" for name in FILES]
        write_samples(paths[0], columns)
        info = FeatureInfo(6, "float64", ROWS, "ip1", dataset_digest(paths[0]), "w", "c")
        write_features(paths[1], np.arange(ROWS), [features], info)
        probe_invariance(*paths, factors=factors)
        return pd.read_parquet(paths[2]), pd.read_parquet(paths[3])

    write.angle = angle
    return write


@pytest.fixture(scope="module")
def probed(plant):
    return plant()


def told(table, readout, factor):
    """Which share of a factor's deviation is read."""
    error = np.sqrt(np.square(table[column(readout, factor)] - table[factor]).mean())
    return 1 - error / table[factor].std()


def test_what_is_told_is_read_by_those_that_can_before_and_after_the_erasure(probed):
    table, _ = probed
    assert (table["mav"] == table["label"]).all()
    assert (table["mav_erased"] == table["label"]).mean() > 0.95
    for readout in READOUTS:
        assert told(table, readout, "scale") > 0.7, readout
    assert told(table, "linear", "angle") < 0.3
    for readout in ("linear_per_label", "fourier", "mlp"):
        assert told(table, readout, "angle") > 0.5, readout
    # An erasure leaves nothing to a linear readout; what only bends or labels unfold stays.
    assert all(abs(told(table, "linear_erased", factor)) < 0.05 for factor in ("angle", "scale"))
    assert told(table, "linear_per_label_erased", "angle") > 0.3


def test_a_row_per_test_sample_with_what_is_needed_to_score_it(plant, probed):
    table, grid = probed
    assert table["group"].unique().tolist() == list(range(240, 300))
    np.testing.assert_allclose(table["angle"], plant.angle[SPLIT == "test"])
    np.testing.assert_array_equal(table["inside"], table["outside_factor"] == "")
    assert len(table.columns) == 5 + 2 + 2 + 2 * 2 * len(READOUTS)
    tried = grid.fillna({"factor": "label"}).groupby(["readout", "erased", "factor"])
    assert len(tried) == 2 * (2 * len(READOUTS) + 1)
    assert (tried["chosen"].sum() == 1).all()
    assert grid.loc[tried["skill"].idxmax(), "chosen"].all()


def test_what_test_holds_changes_no_prediction(plant, probed):
    before, tried = probed
    after, tried_again = plant(angle=np.where(SPLIT == "test", 0, plant.angle))
    assert (after["angle"] == 0).all()
    pd.testing.assert_frame_equal(before.drop(columns="angle"), after.drop(columns="angle"))
    pd.testing.assert_frame_equal(tried, tried_again)


def test_a_factor_that_the_samples_lack_is_named(plant):
    with pytest.raises(ExoprobeError, match="has no factor shear; its columns are sample_id, label"):
        plant(factors=["shear"])


def test_a_label_that_is_missing_from_validation_is_read_all_the_same(plant):
    labels = np.arange(GROUPS).repeat(ROWS // GROUPS) % 3
    table, _ = plant(label=np.where((SPLIT == "validation") & (labels == 2), 0, labels))
    assert np.isfinite(table[column("linear_per_label", "angle")]).all()


def test_a_label_that_no_regressor_knows_is_named(plant):
    labels = np.arange(GROUPS).repeat(ROWS // GROUPS) % 3
    with pytest.raises(ExoprobeError, match="label 9 is in validation or test, but not in train"):
        plant(label=np.where((SPLIT == "test") & (labels == 2), 9, labels))

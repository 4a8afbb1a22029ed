import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.samples import dataset_digest, write_samples
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, write_features
from exoprobe.probes.pose import probe_pose

COUNT, WIDTH = 600, 12
FILES = ("samples", "poses", "features", "predictions", "grid")
PARTITIONS = np.repeat(["train", "validation", "test"], (350, 100, 150))
FOLDS = np.repeat([f"fold_{number}" for number in range(3)], COUNT // 3)


@pytest.fixture
def plant(tmp_path, rng, monkeypatch):
    """A function that writes 600 faces and probes them, the nonlinear readouts made small.

    ``planted`` features hold yaw and, unless ``signed_only``, its size; others only noise.
    """
    yaw = rng.normal(0, 20, COUNT)
    monkeypatch.setattr("exoprobe.probes.mlp.STEPS", 50)
    monkeypatch.setattr("exoprobe.probes.fourier.WAVES", 64)

    def write(splits=PARTITIONS, planted=True, unknown=(), signed_only=False, **angles):
        table = pd.DataFrame({"yaw": yaw, "pitch": np.nan, "roll": np.nan}).assign(**angles)
        table.loc[list(unknown), "yaw"] = np.nan
        table.insert(0, "sample_id", np.arange(COUNT))
        table.assign(estimator="by hand").to_parquet(tmp_path / "poses.parquet")
        columns = {"sample_id": np.arange(COUNT), "group": np.arange(COUNT), "split": splits}
        write_samples(tmp_path / "samples.parquet", {**columns, "file": np.repeat("x.jpg", COUNT)})
        features = np.random.default_rng(1).normal(size=(COUNT, WIDTH))
        if planted:
            features[:, 0] += yaw / 2
            features[:, 1] += 0 if signed_only else np.abs(yaw) / 2
        digest = dataset_digest(tmp_path / "samples.parquet")
        info = FeatureInfo(WIDTH, "float64", COUNT, "layer", digest, "w", "c")
        write_features(tmp_path / "features.parquet", np.arange(COUNT), [features], info)
        probe_pose(*(tmp_path / f"{name}.parquet" for name in FILES))
        return pd.read_parquet(tmp_path / "predictions.parquet")

    write.yaw, write.in_full = yaw, monkeypatch.undo
    return write


def r2(table, target, predicted="predicted"):
    part = table[table["target"] == target]
    residual = np.square(part[predicted] - part["truth"]).sum()
    return 1 - residual / np.square(part["constant"] - part["truth"]).sum()


@pytest.mark.parametrize("splits", [PARTITIONS, FOLDS], ids=["partitions", "folds"])
def test_a_planted_yaw_and_its_size_are_found(plant, splits):
    table = plant(splits)
    assert set(table["target"]) == {"yaw", "abs_yaw"}  # pitch and roll are not known
    assert r2(table, "yaw") > 0.95
    assert r2(table, "abs_yaw") > 0.9
    assert set(table["estimator"]) == {"by hand"}


def test_the_whole_grid_is_written(plant, tmp_path):
    table = plant(FOLDS, roll=lambda truth: truth["yaw"] / 2)
    grid = pd.read_parquet(tmp_path / "grid.parquet")
    assert set(grid["target"]) == set(table["target"]) == {"yaw", "abs_yaw", "roll"}
    assert (grid.groupby(["target", "round", "readout"])["chosen"].sum() == 1).all()
    linear, others = grid[grid["readout"] == "linear"], grid[grid["readout"] != "linear"]
    assert linear.loc[linear.groupby(["target", "round"])["rmse"].idxmin(), "chosen"].all()
    best = others.loc[others.groupby(["target", "round", "readout"])["skill"].idxmax()]
    assert best["chosen"].all()
    assert set(best["readout"]) == {"fourier", "mlp"}


def test_a_size_that_stands_nowhere_is_read_from_the_yaw_itself_by_nonlinear_readouts(plant):
    plant.in_full()
    table = plant(signed_only=True)
    assert r2(table, "abs_yaw") < 0.3
    assert r2(table, "abs_yaw", "predicted_fourier") > 0.5
    assert r2(table, "abs_yaw", "predicted_mlp") > 0.5


@pytest.mark.parametrize("splits", [PARTITIONS, FOLDS], ids=["partitions", "folds"])
def test_noise_explains_nothing(plant, splits):
    table = plant(splits, planted=False)
    assert abs(r2(table, "yaw")) < 0.1
    assert abs(r2(table, "abs_yaw")) < 0.1


def test_unknown_angles_are_left_out_of_fit_and_score(plant):
    unknown = [3, 350, 451, 599]
    table = plant(unknown=unknown)
    yaw = table[table["target"] == "yaw"]
    tested = [row for row in range(450, 600) if row not in unknown]
    assert yaw["sample_id"].tolist() == tested
    np.testing.assert_array_equal(yaw["truth"], plant.yaw[tested])
    trained = np.delete(plant.yaw[:350], 3)
    assert yaw["constant"].unique() == pytest.approx([np.median(trained)])
    assert r2(table, "yaw") > 0.95


def test_known_pitch_and_roll_are_predicted_too(plant, rng):
    table = plant(roll=rng.normal(size=COUNT))
    assert set(table["target"]) == {"yaw", "abs_yaw", "roll"}


def test_test_angles_change_no_prediction(plant):
    before = plant()
    other = np.where(PARTITIONS == "test", plant.yaw[::-1], plant.yaw)
    after = plant(yaw=other)
    assert (before["truth"] != after["truth"]).any()
    for predicted in ("predicted", "predicted_fourier", "predicted_mlp"):
        np.testing.assert_array_equal(before[predicted], after[predicted])


def test_where_no_angle_is_known_it_says_what_to_give(plant):
    with pytest.raises(ExoprobeError, match="no angle is known; give the images' yaw in a file as faces.pose"):
        plant(unknown=range(COUNT))


@pytest.mark.parametrize(
    ("rows", "part"),
    [(range(350), "training"), (range(350, 450), "validation"), (range(450, COUNT), "test")],
)
def test_where_no_angle_is_known_in_a_part_that_is_needed_it_is_named(plant, rows, part):
    with pytest.raises(ExoprobeError, match=f"no abs_yaw is known in the {part} part of test"):
        plant(unknown=rows)


def test_poses_of_another_dataset_are_refused(plant, tmp_path):
    plant()
    pd.read_parquet(tmp_path / "poses.parquet").iloc[1:].to_parquet(tmp_path / "poses.parquet")
    with pytest.raises(ExoprobeError, match="poses.parquet does not hold the samples"):
        probe_pose(*(tmp_path / f"{name}.parquet" for name in FILES))

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.samples import dataset_digest, write_samples
from exoprobe.errors import ExoprobeError
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.feature_file import FeatureInfo, write_features
from exoprobe.probes.attributes import PENALTIES, balanced_errors, probe_attributes, score_round
from exoprobe.probes.rounds import plan_rounds

PEOPLE, EACH, WIDTH = 120, 5, 16
PARTITIONS = np.repeat(["train", "validation", "test"], (70, 25, 25))
FOLDS = np.repeat([f"fold_{number}" for number in range(5)], PEOPLE // 5)


@pytest.fixture
def plant(tmp_path, rng):
    """A function that writes 600 images of 120 people, where features hold ``planted`` but not ``noise``."""
    groups = np.repeat(np.arange(PEOPLE), EACH)
    attributes = {"planted": rng.random(len(groups)) < 0.35, "noise": rng.random(len(groups)) < 0.5}

    def write(splits, **others):
        columns = {name: values.astype(np.int8) for name, values in {**attributes, **others}.items()}
        write_samples(
            tmp_path / "samples.parquet",
            {
                "sample_id": np.arange(len(groups)),
                "file": np.array([f"{number}.jpg" for number in range(len(groups))]),
                "group": groups,
                "split": np.repeat(splits, EACH),
                **columns,
            },
        )
        features = np.random.default_rng(1).normal(size=(len(groups), WIDTH)).astype(np.float32)
        features[:, 3] += 4 * attributes["planted"]
        digest = dataset_digest(tmp_path / "samples.parquet")
        info = FeatureInfo(WIDTH, "float32", len(groups), "layer", digest, "w", "c")
        write_features(tmp_path / "features.parquet", np.arange(len(groups)), [features], info)
        return tmp_path / "samples.parquet", tmp_path / "features.parquet"

    write.attributes = attributes
    return write


def probe(files, path, attributes=("planted", "noise")):
    probe_attributes(*files, path, path.with_name("grid.parquet"), attributes=list(attributes))
    return pd.read_parquet(path)


def error(table, attribute):
    part = table[table["attribute"] == attribute]
    wrong = (part["score"] >= 0) != part["present"]
    return wrong.groupby(part["present"]).mean().mean()


@pytest.mark.parametrize("splits", [PARTITIONS, FOLDS], ids=["partitions", "folds"])
def test_a_planted_attribute_is_found_and_noise_is_not(plant, tmp_path, splits):
    table = probe(plant(splits), tmp_path / "predictions.parquet")
    assert error(table, "planted") < 0.08
    assert 0.4 < error(table, "noise") < 0.6
    assert set(table["penalty"]) <= set(PENALTIES)


@pytest.mark.parametrize("splits", [PARTITIONS, FOLDS], ids=["partitions", "folds"])
def test_the_whole_grid_is_written_with_the_chosen_penalties(plant, tmp_path, splits):
    table = probe(plant(splits), tmp_path / "predictions.parquet")
    grid = pd.read_parquet(tmp_path / "grid.parquet")
    assert len(grid) == 2 * len(PENALTIES) * table["round"].nunique()
    best = grid.loc[grid.groupby(["attribute", "round"])["error"].idxmin()]
    assert best["chosen"].all()
    assert grid["chosen"].sum() == len(best)
    used = set(table[["attribute", "round", "penalty"]].itertuples(index=False, name=None))
    assert used == set(best[["attribute", "round", "penalty"]].itertuples(index=False, name=None))


@pytest.mark.parametrize("splits", [PARTITIONS, FOLDS], ids=["partitions", "folds"])
def test_every_test_image_is_written_once_with_its_truth(plant, tmp_path, splits):
    table = probe(plant(splits), tmp_path / "predictions.parquet")
    split_of = np.repeat(splits, EACH)
    tested = np.flatnonzero(~np.isin(split_of, ["train", "validation"]))
    for attribute, present in plant.attributes.items():
        part = table[table["attribute"] == attribute]
        assert part["sample_id"].tolist() == tested.tolist()
        assert part["group"].tolist() == [row // EACH for row in tested]
        assert part["present"].tolist() == present[tested].tolist()
        assert part["round"].tolist() == split_of[tested].tolist()


def test_prevalence_is_that_of_the_training_rows(plant, tmp_path):
    table = probe(plant(PARTITIONS), tmp_path / "predictions.parquet")
    training = plant.attributes["planted"][np.repeat(PARTITIONS, EACH) == "train"].mean()
    assert table.loc[table["attribute"] == "planted", "train_prevalence"].unique() == pytest.approx([training])


def test_test_labels_change_no_score_and_no_penalty(plant, tmp_path):
    tested = np.repeat(PARTITIONS, EACH) == "test"
    before = probe(plant(PARTITIONS), tmp_path / "a.parquet")
    flipped = plant.attributes["planted"] ^ tested
    after = probe(plant(PARTITIONS, planted=flipped), tmp_path / "b.parquet")
    planted = before["attribute"] == "planted"
    assert (before.loc[planted, "present"] != after.loc[planted, "present"]).all()
    pd.testing.assert_frame_equal(before.drop(columns="present"), after.drop(columns="present"))


def test_labels_of_a_fold_change_no_score_of_that_fold(rng):
    features = rng.normal(size=(300, 8))
    groups, splits = np.repeat(np.arange(60), 5), np.repeat([f"fold_{number}" for number in range(5)], 60)
    labels = features[:, :2] + rng.normal(size=(300, 2)) > 0

    def select(rows):
        return ArrayBlocks(features[rows])

    for round_ in plan_rounds(groups, splits):
        scores, chosen, errors = score_round(select, labels, round_)
        again = score_round(select, labels ^ round_.test[:, None], round_)
        np.testing.assert_array_equal(scores, again[0])
        np.testing.assert_array_equal(chosen, again[1])
        np.testing.assert_array_equal(errors, again[2])


def test_c_is_the_one_of_least_error_on_validation(rng):
    """Few training rows and many useless features: a large C overfits, and the chosen one is small."""
    features = rng.normal(size=(400, 60))
    splits = np.repeat(["train", "validation", "test"], (80, 160, 160))
    labels = features[:, :1] + rng.normal(size=(400, 1)) > 0
    (round_,) = plan_rounds(np.arange(400), splits)
    scores, (place,), errors = score_round(lambda rows: ArrayBlocks(features[rows]), labels, round_)
    assert PENALTIES[place] < 1e-1
    assert errors[place, 0] == errors[:, 0].min() < errors[-1, 0]
    assert balanced_errors(scores, labels[round_.test])[0] < 0.45


@pytest.mark.parametrize("splits", [PARTITIONS, FOLDS], ids=["partitions", "folds"])
def test_an_attribute_that_is_constant_in_training_is_refused_by_name(plant, tmp_path, splits):
    rare = np.repeat(splits, EACH) == splits[-1]  # present in the last split alone
    with pytest.raises(ExoprobeError, match="the attribute rare has only one value in the training part of"):
        probe(plant(splits, rare=rare), tmp_path / "predictions.parquet", ("planted", "rare"))
    assert not (tmp_path / "predictions.parquet").exists()


def test_balanced_errors_by_hand():
    scores = np.array([[1.0, 1], [-1, 1], [0, -1], [-1, 1]])
    present = np.array([[True, False], [True, False], [True, False], [False, False]])
    # first: one of three missed, no false alarm; second: none present, three of four false alarms
    np.testing.assert_allclose(balanced_errors(scores, present), [1 / 6, 3 / 4])

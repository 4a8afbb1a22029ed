import numpy as np
import pytest

from exoprobe.datasets.samples import SPLITS, dataset_digest, write_samples
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.unseen_classes import Trial, recognize
from exoprobe.evaluation.unseen_digits import unseen_digits
from exoprobe.evaluation.unseen_identities import unseen_identities
from exoprobe.features.feature_file import FeatureInfo, write_features

ONE = ["measure", "enrolled"]


def write_vectors(samples, path, vectors, dtype="float32"):
    info = FeatureInfo(vectors.shape[1], dtype, len(vectors), "ip1", dataset_digest(samples), "w", "c")
    write_features(path, np.arange(len(vectors)), [vectors.astype(dtype)], info)
    return path


def value(table, **chosen):
    for column, wanted in chosen.items():
        table = table[table[column] == wanted]
    return table["value"].item()


@pytest.fixture
def digits(tmp_path, rng):
    """Four classes of 30 source digits, two views each, in three splits; images of noise."""
    groups = np.repeat(np.arange(120), 2)
    columns = {
        "sample_id": np.arange(240),
        "label": groups % 4,
        "group": groups,
        "split": np.repeat(SPLITS, 80),
        "image": rng.integers(0, 255, (240, 28, 28), dtype=np.uint8),
    }
    write_samples(tmp_path / "samples.parquet", columns)
    return tmp_path / "samples.parquet", columns["label"], groups


def test_a_network_blind_to_unseen_digits_fails_on_them_alone(tmp_path, digits, rng):
    samples, labels, _ = digits
    noise = 0.1 * rng.normal(size=(240, 6))
    blind = write_vectors(samples, tmp_path / "blind", np.eye(6)[np.where(labels < 2, labels, 5)] + noise)
    whole = write_vectors(samples, tmp_path / "whole", np.eye(6)[labels] + noise)
    settings = {"trained": [0, 1], "enrolled": [1, None]}
    table = unseen_digits(samples, {("blind", 7): blind}, {("blind", 7): whole}, **settings)
    of_blind = table[table["variant"] == "blind"]
    for classes, rank, error in (("unseen", 50, 50), ("seen", 100, 0), ("when_seen", 100, 0)):
        of_classes = of_blind[of_blind["classes"] == classes]
        assert value(of_classes, measure="rank_1", enrolled="1") == pytest.approx(rank, abs=15)
        assert value(of_classes, measure="equal_error_rate") == pytest.approx(error, abs=10)
    controls = table[table["variant"].isin(["pixels", "untrained"])]
    assert set(zip(controls["variant"], controls["seed"], strict=True)) == {("pixels", 7), ("untrained", 7)}
    assert controls.loc[controls["measure"] == "rank_1", "value"].between(30, 70).all()
    assert (table["low"] <= table["value"]).all()
    assert (table["value"] <= table["high"]).all()


def test_views_of_one_digit_are_neither_pairs_nor_more_digits(digits, rng):
    """Views alike to the last bit: the interval is that of the digits, and only their likeness would be told."""
    _, labels, groups = digits
    vectors = (np.eye(4)[labels[::2]] + 0.6 * rng.normal(size=(120, 4))).repeat(2, 0)
    train = groups < 60
    few, many = (
        recognize(
            [Trial(vectors[rows], train[rows], ~train[rows])],
            labels[rows],
            groups[rows],
            classes=4,
            enrolled=[None],
        ).set_index(ONE)
        for rows in (np.arange(0, 240, 2), np.arange(240))
    )
    for measure in (("rank_1", "all"), ("equal_error_rate", "")):
        assert few.loc[measure, "value"] == pytest.approx(many.loc[measure, "value"], abs=0.5)
        width = [table.loc[measure, "high"] - table.loc[measure, "low"] for table in (few, many)]
        assert width[0] == pytest.approx(width[1], rel=0.2)


def test_features_of_other_digits_are_refused(tmp_path, digits):
    samples, _, _ = digits
    other = write_vectors(samples, tmp_path / "other", np.ones((240, 2)))
    columns = {"sample_id": np.arange(240), "group": np.arange(240), "split": np.repeat(SPLITS, 80)}
    images = np.zeros((240, 28, 28), np.uint8)
    write_samples(samples, columns | {"label": np.arange(240) % 4, "image": images})
    with pytest.raises(ExoprobeError, match="another dataset"):
        unseen_digits(samples, {("a", 0): other}, {}, trained=[0], enrolled=[1])


@pytest.fixture
def people(tmp_path):
    """Twelve people of six pictures in folds."""
    groups = np.repeat(np.arange(12), 6)
    columns = {"sample_id": np.arange(72), "group": groups, "split": np.repeat(["fold_0", "fold_1"], 36)}
    write_samples(tmp_path / "samples.parquet", columns)
    return tmp_path / "samples.parquet", groups


def test_everyone_is_unseen_once_and_one_file_serves_all_folds(tmp_path, people, rng):
    samples, groups = people
    clear = np.eye(12)[groups] + 0.05 * rng.normal(size=(72, 12))
    known, random = (write_vectors(samples, tmp_path / name, x) for name, x in (("k", clear), ("r", clear[:, :1])))
    runs = {("clear", 0): [known], ("broken once", 0): [known, known, random]}
    table = unseen_identities(samples, runs, folds=3, split_seed=0, enrolled=[1, None])
    unseen = table[table["classes"] == "unseen"].set_index(["variant", *ONE])["value"]
    assert unseen["clear", "rank_1", "all"] == 100
    assert unseen["clear", "equal_error_rate", ""] == pytest.approx(0, abs=0.1)
    # One round of three, of four people each, is at chance.
    assert unseen["broken once", "rank_1", "all"] == pytest.approx(100 * (2 + 1 / 4) / 3, abs=5)
    assert unseen["broken once", "equal_error_rate", ""] == pytest.approx(50 / 3, abs=4)


def test_the_table_is_tidy(tmp_path, people, rng):
    samples, _ = people
    path = write_vectors(samples, tmp_path / "f", rng.normal(size=(72, 3)), "float16")
    table = unseen_identities(samples, {("f", 0): [path]}, folds=3, split_seed=0, enrolled=[2])
    assert not table.duplicated(["variant", "seed", "classes", *ONE, "false_match_rate"]).any()
    curve = table[(table["measure"] == "true_match_rate") & (table["classes"] == "unseen")]
    assert curve["value"].is_monotonic_increasing
    assert curve["value"].iloc[-1] == 100

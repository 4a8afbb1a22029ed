import numpy as np
import pytest

from exoprobe.embeddings.erasure import fit_eraser
from exoprobe.evaluation.intervals import RESAMPLES, interval
from exoprobe.evaluation.recognition import label_accuracy, label_means
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.moments import measure_moments


def test_means_are_those_of_known_labels(rng):
    features = np.array([[1.0, 0], [3, 0], [0, 5], [100, 100]])
    means, labels = label_means(ArrayBlocks(features), np.array([4, 4, 2, -1]))
    np.testing.assert_array_equal(labels, [2, 4])
    np.testing.assert_array_equal(means, [[0, 5], [2, 0]])


def test_accuracy_by_hand():
    means, names = np.eye(2), np.array([3, 7])
    features = np.array([[2, 1], [1, 2], [1, 3], [5, 4], [0, 1.0]])
    labels = np.array([3, 7, 3, -1, 9])  # right, right, wrong, not known, not in training
    found = label_accuracy(means, names, features, labels, np.array([0, 0, 1, 1, 2]))
    assert found.value == pytest.approx(2 / 3)
    assert found.draws.shape == (RESAMPLES,)
    assert set(np.round(found.draws, 6)) == {0, round(2 / 3, 6), 1}


def test_it_is_undefined_where_training_has_none_of_the_labels():
    found = label_accuracy(np.eye(2), np.array([0, 1]), np.eye(2), np.array([2, 3]), np.arange(2))
    assert np.isnan(found.value)
    assert np.isnan(found.draws).all()


def test_erasing_the_label_leaves_chance_and_the_change_has_an_interval(rng):
    labels = rng.integers(0, 4, 2000)
    features = rng.normal(size=(2000, 10)) + 4 * np.eye(4, 10)[labels]
    train, test = slice(0, 1000), slice(1000, 2000)
    means, names = label_means(ArrayBlocks(features[train]), labels[train])
    eraser = fit_eraser(measure_moments(ArrayBlocks(features[train]), np.eye(4)[labels[train]]))
    groups = np.arange(1000) // 5
    before = label_accuracy(means, names, features[test], labels[test], groups)
    after = label_accuracy(eraser.apply(means), names, eraser.apply(features[test]), labels[test], groups)
    assert before.value > 0.95
    assert after.value < 0.35
    low, high = interval(after.draws - before.draws, len(np.unique(groups)))
    assert low < after.value - before.value < high < -0.5

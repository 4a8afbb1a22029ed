"""The sweep's training rows have the association that they should, and a planted shortcut shows."""

import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.datasets.folds import plan_folds
from exoprobe.evaluation.label_probe import make_label_probe
from exoprobe.evaluation.shortcut_sweep import (
    STRENGTHS,
    cell_shares,
    count_cells,
    most_rows,
    sweep_association,
    training_rows,
)

SHAPES = [(2, 2), (4, 4), (2, 5), (6, 2), (3, 4)]


def cramers_v(table: np.ndarray) -> float:
    table = table / table.sum()
    independent = np.outer(table.sum(1), table.sum(0))
    return np.sqrt(((table - independent) ** 2 / independent).sum() / (min(table.shape) - 1))


@pytest.mark.parametrize("shape", SHAPES)
def test_a_mixture_of_both_tables_has_the_association_of_its_share(shape):
    independent, matched = cell_shares(np.random.default_rng(0).integers(5, 50, shape))
    assert independent.sum() == pytest.approx(1)
    assert matched.sum(1) == pytest.approx(np.full(shape[0], 1 / shape[0]))
    assert matched.sum(0) == pytest.approx(independent.sum(0))
    for strength in STRENGTHS:
        assert cramers_v((1 - strength) * independent + strength * matched) == pytest.approx(strength, abs=1e-12)


def test_each_label_goes_with_the_level_that_it_occurs_with_most():
    _, matched = cell_shares(np.array([[90, 10, 30], [20, 80, 60]]))
    assert matched == pytest.approx(np.array([[0.5, 0, 0], [0, 0.25, 0.25]]))


def test_training_rows_are_as_many_at_each_strength_whole_groups_first_and_as_associated():
    random = np.random.default_rng(0)
    groups = np.repeat(np.arange(300), 4)
    labels, levels = random.integers(0, 2, 1200), random.integers(0, 3, 300)[groups]
    labels[:50] = -1
    included = training_rows(labels, levels, np.where(groups < 250, groups, -1), seed=0)
    assert not included[:50].any()
    assert not included[groups >= 250].any()
    sizes = included.sum(0)
    assert np.ptp(sizes) <= 3  # rounding of cells
    assert sizes[0] == pytest.approx(
        most_rows(count_cells(labels, levels, (labels >= 0) & (groups < 250), (2, 3))), abs=3
    )
    for strength, rows in zip(STRENGTHS, included.T, strict=True):
        assert cramers_v(count_cells(labels, levels, rows, (2, 3)).astype(float)) == pytest.approx(strength, abs=0.02)


def probe_of(features: np.ndarray, label: np.ndarray):
    groups = np.arange(len(label))
    splits = np.repeat(["train", "validation", "test"], [600, 200, 400])
    factor = Factor("label", "binary", label.astype(float), ("no", "yes"))
    return make_label_probe(features.astype(np.float32), factor, groups, plan_folds(groups, splits))


@pytest.mark.parametrize("strength", [0.0, 3.0])
def test_a_factor_in_the_features_becomes_a_shortcut_and_one_that_is_not_does_not(strength):
    random = np.random.default_rng(0)
    label, scanner = random.integers(0, 2, (2, 1200))
    features = random.normal(size=(1200, 4))
    features[:, 0] += 2 * label
    features[:, 1] += strength * scanner
    sweep = sweep_association(probe_of(features, label), scanner, np.arange(1200))
    accuracies = sweep.accuracies.mean(1)
    if strength:
        assert np.all(np.diff(accuracies) < 0.01)
        assert accuracies[-1] < accuracies[0] - 0.1
        assert sweep.nipd[2] < -0.1
        assert sweep.apd[2] < -0.05
    else:
        assert sweep.nipd[1] < 0 < sweep.nipd[2]
        assert np.ptp(accuracies) < 0.05


def test_a_level_with_one_label_has_no_sweep():
    random = np.random.default_rng(0)
    label = random.integers(0, 2, 1200)
    assert sweep_association(probe_of(random.normal(size=(1200, 4)), label), label.copy(), np.arange(1200)) is None

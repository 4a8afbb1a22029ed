"""How fast does the label's probe take the factor for a shortcut as both go together in its training data?

As in PathoROB (2026) and croma (2026), the probe is trained on equally many rows at growing association (Cramér's V)
between label and factor, from none to one value for each label, and scored where both are independent.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
from scipy.optimize import linear_sum_assignment

from exoprobe.datasets.folds import Fold
from exoprobe.evaluation.bootstrap import Bootstrap
from exoprobe.evaluation.intervals import interval
from exoprobe.evaluation.label_probe import LabelProbe
from exoprobe.evaluation.performance_drop import average_performance_drop, integrated_degradation
from exoprobe.probes.skill import predicted_codes
from exoprobe.probes.subset_ridge import SubsetRidge

STRENGTHS = (0.0, 0.25, 0.5, 0.75, 1.0)  # Cramér's V
REPEATS = 3  # of the draw of training rows
LEAST_ROWS = 4  # to train on, for each cell of label and level if all were alike


@dataclass(frozen=True)
class Sweep:
    """What the probe's accuracy loses.

    Attributes:
        accuracies: balanced accuracies [S, R] at the strengths and repeats.
        apd: average performance drop, and the ends of its 95 % interval.
        nipd: normalized integrated performance degradation, likewise.
    """

    accuracies: np.ndarray
    apd: tuple[float, float, float]
    nipd: tuple[float, float, float]


def sweep_association(probe: LabelProbe, levels: np.ndarray, units: np.ndarray) -> Sweep | None:
    """Train the label's probe at growing association with a factor.

    Args:
        probe: of a label of classes, of n samples.
        levels: int [n], of the factor; −1 where it is unknown.
        units: int [n], what the factor varies between: its unit or the groups.

    Returns:
        None where fewer than two levels have all labels in training and in test, or too few rows.
    """
    labels, levels = _used_cells(probe, levels)
    rows = labels >= 0
    if not rows.any():
        return None
    correct = np.zeros((len(labels), len(STRENGTHS), REPEATS))
    for fold, ridge in zip(probe.folds, probe.ridges, strict=True):
        for repeat in range(REPEATS):
            included = training_rows(labels, levels, np.where(fold.train, probe.groups, -1), repeat)
            correct[:, :, repeat] += _correct(probe, fold, ridge, rows, included)
    return _reduce(probe, labels, levels, units, correct)


def _used_cells(probe: LabelProbe, levels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return labels and levels as codes from 0, [n]; both −1 in rows that do not count.

    Of the levels with all labels, those are taken with which most rows can be trained on.
    """
    known = (levels >= 0) & (probe.classes >= 0)
    _, labels = np.unique(np.where(known, probe.classes, -1), return_inverse=True)
    labels = labels - (~known).any()
    shape = labels.max() + 1, levels.max() + 1
    splits = [fold.train for fold in probe.folds] + [probe.test]
    counts = np.stack([count_cells(labels, levels, known & split, shape) for split in splits])
    smallest = counts.min((0, 1))
    order = [level for level in np.argsort(-smallest, kind="stable") if smallest[level] > 0]
    trained = counts[:-1].min(0)
    sizes = {count: most_rows(trained[:, order[:count]]) for count in range(2, len(order) + 1)}
    enough = {count: size for count, size in sizes.items() if size >= LEAST_ROWS * shape[0] * count}
    if not enough or shape[0] < 2:
        return np.full(len(levels), -1), np.full(len(levels), -1)
    chosen = order[: max(enough, key=lambda count: (enough[count], count))]
    codes = np.full(shape[1] + 1, -1)
    codes[chosen] = np.arange(len(chosen))
    levels = codes[levels]
    used = known & (levels >= 0)
    return np.where(used, labels, -1), np.where(used, levels, -1)


def count_cells(labels: np.ndarray, levels: np.ndarray, rows: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """Return how many of some rows, bool [n], have each label and level, int [K, L]."""
    codes = labels[rows] * shape[1] + levels[rows]
    return np.bincount(codes, minlength=shape[0] * shape[1]).reshape(shape)


def cell_shares(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the shares of the cells of label and level where both are independent, and where one determines the other.

    All labels are equally frequent, and both tables have the same margins: so a mixture of them with a share V of the
    second has a Cramér's V of that. Each level goes with a label, or each label with a level, whichever are more: the
    one that it occurs with most.

    Args:
        counts: int [K, L], rows of each label and level, none 0.

    Returns:
        float64 [K, L] each.
    """
    lift = counts * counts.sum() / np.outer(counts.sum(1), counts.sum(0))
    wide = lift.shape[0] <= lift.shape[1]
    table = lift if wide else lift.T
    partner = table.argmax(0)
    fewer, more = linear_sum_assignment(-np.log(table))
    partner[more] = fewer  # each of the fewer has one at least
    matched = (np.arange(len(table))[:, None] == partner).astype(np.float64)
    matched = matched if wide else matched.T
    matched /= matched.sum(1, keepdims=True) * len(matched)
    return np.outer(matched.sum(1), matched.sum(0)), matched


def most_rows(counts: np.ndarray) -> int:
    """Return how many rows can be trained on at every strength, given those of each cell, int [K, L]."""
    return int((counts / np.maximum(*cell_shares(counts))).min())


def training_rows(labels: np.ndarray, levels: np.ndarray, groups: np.ndarray, seed: int) -> np.ndarray:
    """Draw the rows to train on at each strength, group by group; of a cell, fewer are among more.

    Args:
        labels: int [n], −1 where a row does not count.
        levels: int [n].
        groups: int [n], −1 where a row is not to train on.
        seed: of the order of the groups.

    Returns:
        bool [n, S].
    """
    usable = (labels >= 0) & (groups >= 0)
    shape = labels.max() + 1, levels.max() + 1
    counts = count_cells(labels, levels, usable, shape)
    independent, matched = cell_shares(counts)
    size = most_rows(counts)
    random = np.random.default_rng(seed)
    _, index = np.unique(groups, return_inverse=True)
    turn = random.permutation(index.max() + 1)[index]
    included = np.zeros((len(labels), len(STRENGTHS)), bool)
    for label, level in np.ndindex(*shape):
        cell = np.flatnonzero(usable & (labels == label) & (levels == level))
        cell = cell[np.argsort(turn[cell], kind="stable")]
        for index_of_strength, strength in enumerate(STRENGTHS):
            share = (1 - strength) * independent[label, level] + strength * matched[label, level]
            included[cell[: int(size * share + 0.5)], index_of_strength] = True
    return included


def _correct(probe: LabelProbe, fold: Fold, ridge: SubsetRidge, rows: np.ndarray, included: np.ndarray) -> np.ndarray:
    """Return which rows of a fold's test the probes of all strengths predict rightly, 0 elsewhere: [n, S].

    Rows that are included at the same strengths share their moments.
    """
    codes = included @ (1 << np.arange(len(STRENGTHS)))
    moments = {int(code): ridge.moments(codes == code) for code in np.unique(codes) if code}
    test = fold.test & rows
    correct = np.zeros((len(rows), len(STRENGTHS)))
    for index in range(len(STRENGTHS)):
        first, *others = (of_code for code, of_code in moments.items() if code >> index & 1)
        predicted = ridge.predict(sum(others, start=first), test)
        correct[test, index] = predicted_codes(probe.label, predicted) == probe.label.values[test]
    return correct


def _reduce(probe: LabelProbe, labels: np.ndarray, levels: np.ndarray, units: np.ndarray, correct: np.ndarray) -> Sweep:
    """Score the test rows as if labels and levels were equally frequent and independent."""
    rows = probe.test & (labels >= 0)
    _, cells = np.unique(labels[rows] * (levels.max() + 1) + levels[rows], return_inverse=True)
    counts = np.bincount(cells)
    hits = correct[rows].reshape(len(cells), -1)
    recalls = np.zeros((len(counts), hits.shape[1]))
    np.add.at(recalls, cells, hits)
    recalls /= counts[:, None]
    weights = 1 / (len(counts) * counts[cells])
    bootstrap = probe.bootstrap(units)
    shape = (len(STRENGTHS), REPEATS)
    accuracies = recalls.mean(0).reshape(shape)
    draws = accuracies + _deviations(bootstrap, weights[:, None] * (hits - recalls[cells]), rows[probe.test]).reshape(
        -1, *shape
    )
    groups = len(np.unique(units[rows]))
    strengths, chance = np.array(STRENGTHS), 1 / (labels.max() + 1)
    apd, nipd = average_performance_drop, partial(integrated_degradation, strengths=strengths, chance=chance)
    return Sweep(accuracies, *(_with_interval(measure, accuracies, draws, groups) for measure in (apd, nipd)))


def _with_interval(
    measure: Callable[[np.ndarray], np.ndarray], accuracies: np.ndarray, draws: np.ndarray, groups: int
) -> tuple[float, float, float]:
    low, high = interval(measure(draws), groups)
    return float(measure(accuracies)), float(low), float(high)


def _deviations(bootstrap: Bootstrap, statistics: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Return how far the sums of rows [m, S] are from their own in each draw, [RESAMPLES, S], to first order."""
    return np.asarray((bootstrap.weights - 1) @ bootstrap.by_unit(statistics, rows))

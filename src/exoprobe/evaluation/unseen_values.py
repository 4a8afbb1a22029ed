"""Does the label's probe fail on values of a factor that training has not seen?

The label is predicted on rows with one level of the factor (a category, a bin of a number, a sector of an angle) by two
probes: one is trained without this level, the other without as many other rows, so that it has seen the level and has
learned from as much (:mod:`exoprobe.probes.matched_rows`). Both are scored on the same test rows.
"""

from dataclasses import dataclass

import numpy as np

from exoprobe.evaluation.bootstrap import score
from exoprobe.evaluation.intervals import group_sums, interval
from exoprobe.evaluation.label_probe import LabelProbe
from exoprobe.evaluation.sign_flips import sign_flip_tests
from exoprobe.probes.matched_rows import matched_rows
from exoprobe.probes.skill import losses, measures, row_statistics

DRAWS = 4  # of the rows that are left out instead
BLOCKS = 10  # of training units that the jackknife leaves out
CELL_GROUPS = 2  # in test and in train that hold a level with a label, and the label at other levels
NOISE_PAIRS = 8  # of ± values that add the spread between training samples to a sign-flip test


@dataclass(frozen=True)
class UnseenValues:
    """The label's skill on unseen and on seen values of a factor.

    Attributes:
        seen: skill where training has seen the values; with the ends of its 95 % interval.
        unseen: where it has not.
        drop: how much lower it is, and the ends of its 95 % interval.
        p: whether both could be alike, two-sided.
        worst: the code of the level of the largest drop.
        worst_drop: this drop.
        rows: in test.
        groups: in test.
    """

    seen: tuple[float, float, float]
    unseen: tuple[float, float, float]
    drop: tuple[float, float, float]
    p: float
    worst: int
    worst_drop: float
    rows: int
    groups: int


def compare_unseen(probe: LabelProbe, levels: np.ndarray, units: np.ndarray) -> UnseenValues | None:
    """Compare the label's probes on unseen and seen levels of a factor.

    Args:
        probe: the label's, of n samples.
        levels: int [n], of the factor; −1 where it is unknown.
        units: int [n], what the factor varies between: its unit or the groups.

    Returns:
        None where no level has two labels that other levels have too.
    """
    rows = crossed_rows(probe, levels, units) & probe.test
    if not rows.any():
        return None
    predicted = _predict(probe, levels, units, rows)
    rows &= ~np.isnan(predicted.unseen[:, 0])
    if len(np.unique(probe.classes[rows])) < 2:
        return None
    return _score(probe, levels, units, rows, predicted)


def crossed_rows(probe: LabelProbe, levels: np.ndarray, units: np.ndarray) -> np.ndarray:
    """Return the rows, bool [n], whose level is crossed with the label.

    The row's level and label are together in two units of train and of test, and the label is at other levels in two
    units of train. Levels with fewer than two such labels do not count.
    """
    known = (levels >= 0) & (probe.classes >= 0)
    width = probe.classes.max() + 1
    cells = np.where(known, levels * width + probe.classes, -1)
    size = (levels.max() + 1) * width
    in_train, in_test = (_units_of_cells(cells, units, known & split, size) for split in (probe.train, probe.test))
    in_train = in_train.reshape(-1, width)
    elsewhere = in_train.sum(0) - in_train
    counts = (np.minimum(in_train, elsewhere) >= CELL_GROUPS) & (in_test.reshape(-1, width) >= CELL_GROUPS)
    counts &= counts.sum(1, keepdims=True) >= 2
    return np.asarray(known & counts.ravel()[cells])


def _units_of_cells(cells: np.ndarray, units: np.ndarray, rows: np.ndarray, size: int) -> np.ndarray:
    """Return how many units hold each cell among some rows, [size]."""
    pairs = np.unique(np.stack([cells[rows], units[rows]], axis=1), axis=0)
    return np.bincount(pairs[:, 0], minlength=size)


@dataclass(frozen=True)
class _Predictions:
    """Predictions of n samples, NaN but in the test rows that count.

    Attributes:
        unseen: [n, 1], by probes trained without the row's level.
        seen: [n, DRAWS], by probes trained without other rows instead.
        without: [n, 1 + DRAWS, J], the same by probes trained without each block of units too.
    """

    unseen: np.ndarray
    seen: np.ndarray
    without: np.ndarray


def _predict(probe: LabelProbe, levels: np.ndarray, units: np.ndarray, rows: np.ndarray) -> _Predictions:
    """Predict the label of some test rows without their level, and without other rows instead."""
    known = (levels >= 0) & (probe.classes >= 0)
    replaced = _replaced_rows(probe, levels, units, known & probe.train, np.unique(levels[rows]))
    blocks = _blocks(units, known & probe.train)
    predicted = np.full((len(levels), 1 + DRAWS), np.nan)
    without = np.full((*predicted.shape, blocks.max() + 1), np.nan)
    for fold, ridge in zip(probe.folds, probe.ridges, strict=True):
        train = fold.train & known
        for level, instead in replaced.items():
            test, of_level = fold.test & rows & (levels == level), levels[train] == level
            if not test.any() or not of_level.any() or of_level.all():
                continue
            for index, left_out in enumerate([levels == level, *instead]):
                moments = ridge.moments_without(train, left_out)
                values = ridge.predict_without(moments, train & ~left_out, blocks, test)
                predicted[test, index], without[test, index] = values[0], values[1:].T
    return _Predictions(predicted[:, :1], predicted[:, 1:], without)


def _blocks(units: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Put the units of some rows at random into blocks of equally many, int [n]; all other rows are of the first."""
    names, index = np.unique(units[rows], return_inverse=True)
    blocks = np.zeros(len(units), int)
    blocks[rows] = (np.random.default_rng(0).permutation(len(names)) % BLOCKS)[index]
    return blocks


def _replaced_rows(
    probe: LabelProbe, levels: np.ndarray, units: np.ndarray, fitted: np.ndarray, wanted: np.ndarray
) -> dict[int, np.ndarray]:
    """Return by level the rows that are left out instead of it, bool [DRAWS, n]; the same in all folds."""
    replaced = {}
    for level in wanted:
        replaced[int(level)] = np.zeros((DRAWS, len(levels)), bool)
        known = levels[fitted], level, probe.alike[fitted], units[fitted]
        replaced[int(level)][:, fitted] = matched_rows(*known, DRAWS, seed=int(level))
    return replaced


def _score(
    probe: LabelProbe, levels: np.ndarray, units: np.ndarray, rows: np.ndarray, predicted: _Predictions
) -> UnseenValues:
    test, label = probe.test, probe.label
    truth, constants = np.where(rows, label.values, np.nan)[test], probe.constants[test]
    bootstrap = probe.bootstrap(units)
    known = score(label, truth, predicted.seen[test], constants, bootstrap)
    new = score(label, truth, predicted.unseen[test], constants, bootstrap)
    noise = _spread_of_training(probe, units, rows, predicted.without)
    by_level = _drops(probe, levels, rows, predicted)
    spread = noise * np.random.default_rng(0).normal(size=len(known.samples["skill"]))
    drop = known.value("skill") - new.value("skill")
    low, high = interval(known.samples["skill"] - new.samples["skill"] + spread, known.min_class_groups)
    pairs = noise / np.sqrt(2 * NOISE_PAIRS) * np.resize([1, -1], 2 * NOISE_PAIRS)
    (p,) = sign_flip_tests([np.append(new.losses - known.losses, pairs)])
    worst = int(np.nanargmax(by_level)) if not np.isnan(by_level).all() else 0
    return UnseenValues(
        (known.value("skill"), *known.interval("skill")),
        (new.value("skill"), *new.interval("skill")),
        (drop, float(low), float(high)),
        float(p),
        int(np.unique(levels[rows])[worst]),
        float(by_level[worst]),
        int(rows.sum()),
        known.groups,
    )


def _spread_of_training(probe: LabelProbe, units: np.ndarray, rows: np.ndarray, without: np.ndarray) -> float:
    """Return the drop's standard deviation between training samples: a jackknife over blocks of training units.

    Probes without a block also differ by chance on single test units, whose predicted classes are beside the border.
    That is known to the bootstrap, and is taken away: only products of two units' changes count.

    Args:
        probe: the label's.
        units: int [n].
        rows: bool [n], the test rows that count.
        without: see :class:`_Predictions`.
    """
    truth, constants = probe.label.values[rows], probe.constants[rows]
    drops = []
    for predicted in np.moveaxis(without[rows], 2, 0):
        statistics = [row_statistics(probe.label, truth, values, constants) for values in predicted.T]
        unseen, *seen = [losses(probe.label, group_sums(units[rows], values)) for values in statistics]
        drops.append(unseen - np.mean(seen, axis=0))
    changes = np.array(drops) - np.mean(drops, axis=0)
    count, total = changes.shape
    variance = (np.square(changes.sum(1)).sum() - np.square(changes).sum()) * count / (count - 1) * total / (total - 1)
    return float(np.sqrt(max(0.0, variance)))


def _drops(probe: LabelProbe, levels: np.ndarray, rows: np.ndarray, predicted: _Predictions) -> np.ndarray:
    """Return the drop on each level among some rows, [K]; NaN where it has one label."""
    _, codes = np.unique(levels[rows], return_inverse=True)
    skills = []
    for values in (*predicted.seen[rows].T, predicted.unseen[rows, 0]):
        statistics = row_statistics(probe.label, probe.label.values[rows], values, probe.constants[rows])
        sums = np.zeros((codes.max() + 1, statistics.shape[1]))
        np.add.at(sums, codes, statistics)
        skills.append(measures(probe.label, sums)["skill"])
    return np.asarray(np.mean(skills[:-1], axis=0) - skills[-1])

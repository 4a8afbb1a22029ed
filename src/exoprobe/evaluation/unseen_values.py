"""Does the label's probe fail on values of a factor that training has not seen?

The label is predicted on rows with one level of the factor (a category, a bin of a number, a sector of an angle) by two
probes: one is trained without this level, the other without as many other rows, so that it has seen the level and has
learned from as much (:mod:`exoprobe.probes.matched_rows`). Both are scored on the same test rows.
"""

from dataclasses import dataclass

import numpy as np

from exoprobe.evaluation.bootstrap import score
from exoprobe.evaluation.intervals import interval
from exoprobe.evaluation.label_probe import LabelProbe
from exoprobe.evaluation.sign_flips import sign_flip_tests
from exoprobe.probes.matched_rows import matched_rows
from exoprobe.probes.skill import losses, measures, row_statistics

DRAWS = 4  # of the rows that are left out instead
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
    unseen, seen = _predict(probe, levels, units, rows)
    rows &= ~np.isnan(unseen)
    if len(np.unique(probe.classes[rows])) < 2:
        return None
    return _score(probe, levels, units, rows, unseen, seen)


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


def _predict(
    probe: LabelProbe, levels: np.ndarray, units: np.ndarray, rows: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Predict the label of some test rows without their level [n], and without other rows instead [n, DRAWS]."""
    known = (levels >= 0) & (probe.classes >= 0)
    replaced = _replaced_rows(probe, levels, units, known & probe.train, np.unique(levels[rows]))
    unseen, seen = np.full(len(levels), np.nan), np.full((len(levels), DRAWS), np.nan)
    for fold, ridge in zip(probe.folds, probe.ridges, strict=True):
        train = fold.train & known
        of_level = {level: ridge.moments(train & (levels == level)) for level in np.unique(levels[train])}
        whole = sum(list(of_level.values())[1:], start=next(iter(of_level.values())))
        for level, instead in replaced.items():
            test = fold.test & rows & (levels == level)
            if not test.any() or level not in of_level or len(of_level) < 2:
                continue
            unseen[test] = ridge.predict(whole.without(of_level[level]), test)
            for draw, left_out in enumerate(instead):
                moments = whole.without(ridge.moments(train & left_out))
                seen[test, draw] = ridge.predict(moments, test)
    return unseen, seen


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
    probe: LabelProbe,
    levels: np.ndarray,
    units: np.ndarray,
    rows: np.ndarray,
    unseen: np.ndarray,
    seen: np.ndarray,
) -> UnseenValues:
    test, label = probe.test, probe.label
    truth, constants = np.where(rows, label.values, np.nan)[test], probe.constants[test]
    bootstrap = probe.bootstrap(units)
    known = score(label, truth, seen[test], constants, bootstrap)
    new = score(label, truth, unseen[test, None], constants, bootstrap)
    noise = _spread_of_training(probe, levels, units, rows, seen)
    by_level = _drops(probe, levels, rows, unseen, seen)
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


def _spread_of_training(
    probe: LabelProbe, levels: np.ndarray, units: np.ndarray, rows: np.ndarray, seen: np.ndarray
) -> float:
    """Return the drop's standard deviation between training samples.

    Each draw of rows to leave out is a training sample of its own; where the factor means nothing, so are the rows with
    a level. Draws differ by chance on single test units too. That is known to the bootstrap, and is taken away.
    """
    pairs, codes = np.unique(np.stack([levels[rows], units[rows]], axis=1), axis=0, return_inverse=True)
    truth, constants = probe.label.values[rows], probe.constants[rows]
    lost = []
    for predicted in seen[rows].T:
        statistics = row_statistics(probe.label, truth, predicted, constants)
        sums = np.zeros((len(pairs), statistics.shape[1]))
        np.add.at(sums, codes.ravel(), statistics)
        lost.append(losses(probe.label, sums))
    deviations = np.array(lost) - np.mean(lost, axis=0)
    by_level = np.stack([deviations[:, pairs[:, 0] == level].sum(1) for level in np.unique(levels[rows])])
    variance = (np.square(by_level).sum() - np.square(deviations).sum()) / (DRAWS - 1)
    return float(np.sqrt(max(0.0, variance) * (1 + 1 / DRAWS)))


def _drops(probe: LabelProbe, levels: np.ndarray, rows: np.ndarray, unseen: np.ndarray, seen: np.ndarray) -> np.ndarray:
    """Return the drop on each level among some rows, [K]; NaN where it has one label."""
    _, codes = np.unique(levels[rows], return_inverse=True)
    skills = []
    for predicted in (*seen[rows].T, unseen[rows]):
        statistics = row_statistics(probe.label, probe.label.values[rows], predicted, probe.constants[rows])
        sums = np.zeros((codes.max() + 1, statistics.shape[1]))
        np.add.at(sums, codes, statistics)
        skills.append(measures(probe.label, sums)["skill"])
    return np.asarray(np.mean(skills[:-1], axis=0) - skills[-1])

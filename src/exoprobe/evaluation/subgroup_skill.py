"""Skill within cells of the test rows, with errors that respect groups, for the search of subgroups.

Skill in a subgroup is set against the best constant of the subgroup itself: that membership alone predicts a factor is
no skill. It is 1 − the mean over classes of errors / counts, over that of a constant; of numbers and angles, sums of
absolute errors stand for errors and counts.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.evaluation.intervals import LEAST_GROUPS, mean_limits, rate_limits
from exoprobe.probes.skill import best_constant, row_statistics

Ends = tuple[float, float, float]  # value, and the ends of its interval


@dataclass(frozen=True)
class Comparison:
    """Skill in a subgroup and in the other rows, and the difference, each with the ends of its interval."""

    skill: Ends
    elsewhere: float
    difference: Ends
    rows: int
    groups: int


class CellSums:
    """Sums of errors and counts over cells and groups.

    Args:
        factor: of n rows, all known.
        predicted: [n], as :func:`exoprobe.probes.targets.to_values` gives them.
        units: int [n], what is independent.
        codes: int [n], the cell of each row from 0, or -1 of none.
    """

    def __init__(self, factor: Factor, predicted: np.ndarray, units: np.ndarray, codes: np.ndarray) -> None:
        inside = codes >= 0
        self.is_class = factor.kind in CLASSES
        counts, errors = _counts_and_errors(factor.at(inside), predicted[inside], codes[inside])
        units, codes = np.unique(units[inside], return_inverse=True)[1], codes[inside]
        size, width = (int(codes.max(initial=-1)) + 1, int(units.max(initial=-1)) + 1), counts.shape[1]
        index = codes * size[1] + units
        sums = [
            np.bincount(index, column, size[0] * size[1]).reshape(size)
            for column in [*counts.T, *errors.T, np.ones(len(index))]
        ]
        self.counts, self.errors = np.stack(sums[:width], 2), np.stack(sums[width:-1], 2)  # [C, U, K]
        self.rows = sums[-1]  # [C, U]
        self.all_counts, self.all_errors = self.counts.sum(0), self.errors.sum(0)

    def eligible(self) -> np.ndarray:
        """Return which cells and the other rows hold enough groups, of every class that occurs, bool [C]."""
        least = LEAST_GROUPS if self.is_class else 2 * LEAST_GROUPS
        enough = np.ones(len(self.counts), bool)
        present = (self.all_counts > 0).any(0)
        for counts in (self.counts, self.all_counts - self.counts):
            enough &= (((counts > 0).sum(1) >= least) | ~present).all(1)
        return np.asarray(enough & (present.sum() >= (2 if self.is_class else 1)))

    def lows(self, level: float) -> np.ndarray:
        """Return the low end of how much higher the skill is than in the other rows; -inf of small cells, [C]."""
        low = np.full(len(self.counts), -np.inf)
        for cell in np.flatnonzero(self.eligible()):
            low[cell] = self.compare(int(cell), level).difference[1]
        return low

    def compare(self, cell: int, level: float) -> Comparison:
        """Compare a cell with the other rows; intervals are of a level."""
        sides = [
            _Side(counts, errors, is_class=self.is_class)
            for counts, errors in (
                (self.counts[cell], self.errors[cell]),
                (self.all_counts - self.counts[cell], self.all_errors - self.errors[cell]),
            )
        ]
        inside, outside = sides
        quantile = -float(stdtrit(min(side.effective for side in sides) - 1, (1 - level) / 2))
        ends = [side.interval(-float(stdtrit(side.effective - 1, (1 - level) / 2)), level) for side in sides]
        difference = inside.skill - outside.skill
        spread = quantile * _deviation(inside.influence - outside.influence)
        below = np.hypot(inside.skill - ends[0][0], ends[1][1] - outside.skill)  # MOVER, Zou and Donner 2008
        above = np.hypot(ends[0][1] - inside.skill, outside.skill - ends[1][0])
        if not self.is_class:
            below = above = spread
        rows = self.rows[cell]
        return Comparison(
            (inside.skill, *ends[0]),
            outside.skill,
            (difference, difference - max(spread, float(below)), difference + max(spread, float(above))),
            int(rows.sum()),
            int((rows > 0).sum()),
        )


class _Side:
    """Skill of some rows, from counts and errors of groups and classes [U, K], and what each group adds to it."""

    def __init__(self, counts: np.ndarray, errors: np.ndarray, *, is_class: bool) -> None:
        present = counts.sum(0) > 0
        self.is_class, self.counts, self.errors = is_class, counts[:, present], errors[:, present]
        total = self.counts.sum(0)
        rates = self.errors.sum(0) / total
        self.baseline = 1 - 1 / present.sum() if is_class else 1.0
        self.skill = float(1 - rates.mean() / self.baseline)
        self.influence = -((self.errors - rates * self.counts) / total).mean(1) / self.baseline
        self.effective = max(2.0, float((total**2 / np.square(self.counts).sum(0)).min()))

    def interval(self, quantile: float, level: float) -> tuple[float, float]:
        spread = quantile * _deviation(self.influence)
        low, high = self.skill - spread, self.skill + spread
        if self.is_class:  # few errors are not none
            least, most = mean_limits(*rate_limits(self.counts, self.errors, level))
            low, high = min(low, 1 - most / self.baseline), max(high, 1 - least / self.baseline)
        return low, min(high, 1.0)


def _deviation(influence: np.ndarray) -> float:
    """Return the standard deviation of a sum of independent influences."""
    count = max(int((influence != 0).sum()), 2)
    return float(np.sqrt(np.square(influence).sum() * count / (count - 1)))


def _counts_and_errors(factor: Factor, predicted: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return each row's counts and errors, [n, K]; of numbers, the error of its cell's best constant and its own."""
    truth = factor.values
    if factor.kind in CLASSES:
        statistics = row_statistics(factor, truth, predicted)
        return statistics[:, : len(factor.categories)], statistics[:, len(factor.categories) :]
    constants = np.zeros(len(truth))
    for cell in np.unique(codes):
        constants[codes == cell] = best_constant(factor, codes == cell)
    statistics = row_statistics(factor, truth, predicted, constants)
    error, baseline = (6, 7) if factor.on_ranks else (1, 2)
    return statistics[:, [baseline]], statistics[:, [error]]


def cells(columns: Sequence[np.ndarray], counts: Sequence[int]) -> np.ndarray:
    """Return the cells of one or two columns of codes as codes, -1 where one of them is unknown, int [n]."""
    code, known = np.zeros(len(columns[0]), np.int64), np.ones(len(columns[0]), bool)
    for column, count in zip(columns, counts, strict=True):
        code, known = code * count + column, known & (column >= 0)
    return np.where(known, code, -1)

"""Power of the probes: which leaks would be found, and with how many groups.

A probe that knew its direction would find a leak of correlation ρ with a statistic z₀ that grows with the square root
of the groups. One that has to learn it from noisy factors is less correlated with the factor, by
1 / √(1 + δ(1 − ρ²) / ρ²), where δ is about the number of dimensions over the training sample, and so falls with it.
One number, δ, then says how the power grows with skill and with groups.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import ndtr, stdtrit

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.probes.skill import predicted_codes

ENOUGH = 0.8  # of the plants are found: a leak is detectable
MOST_GROWTH = 1_000  # times the groups: nothing is said of more
GROWTHS = np.geomspace(1e-2, MOST_GROWTH, 2_001)
DELTAS = np.geomspace(1e-5, 1e7, 1_201)
STEPS = 801  # between no skill and the largest


def group_statistics(factor: Factor, truths: np.ndarray, values: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Test of many factors of one kind whether predictions go with them, group by group.

    Of classes, the sum over rows is the skill itself, and what it is compared with its spread over groups when these
    exchange their values: the permutation test's first two moments. Of numbers it is the correlation of ranks, of
    angles that of sine and cosine.

    Args:
        factor: for its kind and categories.
        truths: [n, F].
        values: [n, F], predicted, as :func:`exoprobe.probes.targets.to_values` gives them.
        groups: [n].

    Returns:
        [F], about standard normal where nothing is predicted.
    """
    _, group = np.unique(groups, return_inverse=True)
    sums = np.zeros((group.max() + 1, truths.shape[1]))
    order = np.argsort(group, kind="stable")
    starts = np.flatnonzero(np.diff(group[order], prepend=-1))
    for truth, predicted in _columns(factor, truths, values):
        sums += np.add.reduceat(((truth - truth.mean(0)) * (predicted - predicted.mean(0)))[order], starts)
    spread = np.sqrt((sums**2).sum(0))
    return np.asarray(np.divide(sums.sum(0), spread, out=np.zeros_like(spread), where=spread > 0))


def critical(groups: int, level: float) -> float:
    """Return the statistic of :func:`group_statistics` that is exceeded by chance with this probability."""
    return float(-stdtrit(max(groups - 1, 1), level))


@dataclass(frozen=True)
class PowerCurve:
    """What was found of the plants along one kind of direction.

    Attributes:
        skills: [L], ascending, of the plants.
        correlations: [L], of a row's features with the planted factors' latent variables.
        statistics: [L], the probe's, the mean over plants.
        ideal: [L], those of a probe that knows the direction.
        spread: of the statistics over plants, at least 1: it is less only where all are found.
        threshold: that a statistic must exceed.
    """

    skills: np.ndarray
    correlations: np.ndarray
    statistics: np.ndarray
    ideal: np.ndarray
    spread: float
    threshold: float

    def delta(self) -> float:
        """Return δ by least squares; infinity where nothing of the direction was learned."""
        odds = 1 / self.correlations**2 - 1
        expected = self.ideal / np.sqrt(1 + np.multiply.outer(DELTAS, odds))
        best = ((expected - self.statistics) ** 2).sum(1).argmin()
        return float(DELTAS[best]) if best < len(DELTAS) - 1 else np.inf

    def power(self, skills: float | np.ndarray, growth: float | np.ndarray) -> np.ndarray:
        """Return the probability of finding leaks of some skills with ``growth`` times the groups; they broadcast."""
        knots = np.append(0.0, self.skills)
        correlations = np.interp(skills, knots, np.append(0.0, self.correlations))
        ideal = np.interp(skills, knots, np.append(0.0, self.ideal))
        odds = 1 / np.maximum(correlations, 1e-6) ** 2 - 1
        expected = np.sqrt(growth) * ideal / np.sqrt(1 + odds * self.delta() / growth)
        return np.asarray(ndtr((expected - self.threshold) / self.spread))

    def detectable(self, growth: float = 1.0) -> float:
        """Return the smallest skill that is found in four of five cases; infinity where it is beyond all plants'."""
        skills = np.linspace(0, self.skills[-1], STEPS)[1:]
        enough = np.flatnonzero(self.power(skills, growth) >= ENOUGH)
        return float(skills[enough[0]]) if len(enough) else np.inf

    def growth_needed(self, skill: float) -> float:
        """Return how many times the groups it takes to find leaks of a skill in four of five cases."""
        enough = np.flatnonzero(self.power(skill, GROWTHS) >= ENOUGH)
        return float(GROWTHS[enough[0]]) if len(enough) else np.inf


def _columns(factor: Factor, truths: np.ndarray, values: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
    """Return pairs of columns of which the products are summed."""
    if factor.kind == "angle":
        return [(wave(np.radians(truths)), wave(np.radians(values))) for wave in (np.sin, np.cos)]
    if factor.kind not in CLASSES:
        return [(pd.DataFrame(truths).rank().to_numpy(), pd.DataFrame(values).rank().to_numpy())]
    codes, pairs = predicted_codes(factor, values), []
    for code in range(len(factor.categories)):
        member = (truths == code).astype(float)
        pairs.append((member / np.maximum(member.sum(0), 1), (codes == code).astype(float)))
    return pairs[1:] if factor.kind == "binary" else pairs

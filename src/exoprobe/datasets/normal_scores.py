"""Numbers as normal scores: what their ranks would be of normally distributed values.

Probes of a user's numbers are fitted to scores and judged by them, so that neither depends on the numbers' unit: a
heavy tail, a typing error or a code for an unknown value counts by its rank alone.
"""

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtri

FENCE = 10.0  # interquartile ranges from the median: a number is no farther off where it is taken as it is
BLOM = 3 / 8  # the normal score of rank r of n is the quantile (r − 3/8) / (n + 1/4), Blom 1958


@dataclass(frozen=True)
class NormalScores:
    """The scores of the numbers in some rows (rank-based inverse normal transform, Beasley et al. 2009).

    Attributes:
        numbers: float64 [n], ascending.
        quantiles: float64 [n], the normal score of each rank.
        knots: float64 [K], the different numbers, ascending.
        scores: float64 [K], of each; equal numbers share the mean of their ranks' scores.
    """

    numbers: np.ndarray
    quantiles: np.ndarray
    knots: np.ndarray
    scores: np.ndarray

    @classmethod
    def fit(cls, values: np.ndarray) -> "NormalScores":
        """Learn the scores of numbers [n]."""
        numbers = np.sort(values)
        count = len(numbers)
        quantiles = ndtri((np.arange(1, count + 1) - BLOM) / (count + 1 - 2 * BLOM))
        knots, starts, counts = np.unique(numbers, return_index=True, return_counts=True)
        scores = np.add.reduceat(quantiles, starts) / counts if count else quantiles
        return cls(numbers, quantiles, knots, scores)

    def of(self, values: np.ndarray) -> np.ndarray:
        """Return the scores of numbers of any shape: between those learned, interpolated; beyond them, the last."""
        return _interpolate(values, self.knots, self.scores)

    def numbers_at(self, scores: np.ndarray) -> np.ndarray:
        """Return the quantiles of the numbers at scores of any shape; the least or the greatest number beyond them."""
        return _interpolate(scores, self.quantiles, self.numbers)

    def standardized(self, values: np.ndarray) -> np.ndarray:
        """Return numbers less the median, in interquartile ranges, those far off at :data:`FENCE`; 0 if that is 0."""
        median, spread = self._spread()
        return ((values - median) / spread).clip(-FENCE, FENCE) if spread > 0 else values * 0.0

    def of_standardized(self, values: np.ndarray) -> np.ndarray:
        """Return the scores of numbers that were standardized."""
        median, spread = self._spread()
        return self.of(median + spread * values)

    def _spread(self) -> tuple[float, float]:
        low, median, high = np.quantile(self.numbers, (0.25, 0.5, 0.75)) if len(self.numbers) else np.zeros(3)
        return float(median), float(high - low)


def _interpolate(at: np.ndarray, known: np.ndarray, values: np.ndarray) -> np.ndarray:
    if not len(known):
        return np.full(np.shape(at), np.nan)
    return np.asarray(np.interp(at, known, values), np.float64)

"""A test of conditional independence: do the features go with a factor beyond the given columns?

The generalized covariance measure (Shah and Peters 2020): what the given columns leave of the factor, times what they
leave of the features' contribution to its prediction, has mean 0 if features and factor are independent given these
columns. The contribution is fitted on other groups, so its sign is known, and the test has one side. What the given
columns explain is taken off within the test rows.

Rows of a group may depend on each other in any way: the products are summed over each group, and the signs of these
sums are drawn at random (the wild cluster bootstrap under the null hypothesis, Cameron, Gelbach and Miller 2008). The
residuals of each group are enlarged by what the regression has taken from them (CR2, Bell and McCaffrey 2002), which
counts where groups are few, or unequal in size.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

DRAWS = 9_999
MOST_UNITS = 500  # groups, or unions of them where they are more
ROUNDING = 1e-9


@dataclass(frozen=True)
class ConditionalTest:
    """The result of a test.

    Attributes:
        p: one-sided; NaN where the given columns leave nothing of the factor, or of the contribution.
        groups: in how many groups the given columns leave something of the factor.
    """

    p: float
    groups: int


class GivenResiduals:
    """What given columns leave of others within n rows.

    Args:
        design: float64 [n, P], the given columns.
        groups: int [n].
        seed: of unions of groups and of signs.
    """

    def __init__(self, design: np.ndarray, groups: np.ndarray, seed: int = 0) -> None:
        names, index = np.unique(groups, return_inverse=True)
        if len(names) > MOST_UNITS:
            index = (np.random.default_rng(seed).permutation(len(names)) % MOST_UNITS)[index]
        self.units, self.count, self.seed = index, int(index.max()) + 1, seed
        self.basis = _orthonormal(np.column_stack([np.ones(len(design)), design]))
        self.order, self.starts = np.argsort(index, kind="stable"), np.cumsum(np.bincount(index))[:-1]
        self.bases = np.split(self.basis[self.order], self.starts)
        values, vectors = np.linalg.eigh(self._products(self.basis))
        left = np.clip(1 - values, ROUNDING, 1)
        gains = np.where(1 - values > np.sqrt(ROUNDING), (1 / np.sqrt(left) - 1) / np.maximum(values, ROUNDING), 0)
        self.corrections = (vectors * gains[:, None]) @ np.swapaxes(vectors, 1, 2)

    def test(self, outcome: np.ndarray, contributions: Sequence[np.ndarray]) -> ConditionalTest:
        """Test whether any contribution [n, T] goes with an outcome [n, T] beyond the given columns.

        Of several the largest standardized sum counts, as in each draw (Westfall and Young 1993).
        """
        left = self._residual(outcome)
        tolerance = ROUNDING * np.square(outcome - outcome.mean(0)).sum() / self.count
        varying = int((self._by_unit(np.square(left)).sum(1) > tolerance).sum())
        every_sum = [self._sums(left, contribution) for contribution in contributions] if varying else []
        sums = [both for both in every_sum if both is not None]
        if not sums:
            return ConditionalTest(np.nan, varying)
        observed = max(plain for plain, _ in sums)
        drawn = (_signs(self.count, self.seed) @ np.stack([enlarged for _, enlarged in sums], axis=1)).max(1)
        return ConditionalTest(float((1 + (drawn >= observed - ROUNDING).sum()) / (DRAWS + 1)), varying)

    def _sums(self, left: np.ndarray, contribution: np.ndarray) -> tuple[float, np.ndarray] | None:
        """Return the sum of the products, and those of each unit with enlarged residuals [G], both standardized."""
        beyond = self._residual(contribution)
        if np.square(beyond).sum() <= ROUNDING * np.square(contribution).sum():
            return None
        products = self._by_unit((left * beyond).sum(1))
        taken = self._products(left), self.corrections @ self._products(beyond)
        enlarged = products + np.einsum("grt,grt->g", *taken)
        scale = np.sqrt(np.square(enlarged).sum())
        return float(products.sum() / scale), enlarged / scale

    def _residual(self, values: np.ndarray) -> np.ndarray:
        return np.asarray(values - self.basis @ (self.basis.T @ values))

    def _products(self, values: np.ndarray) -> np.ndarray:
        """Return the basis's products with values [n, T] in each unit: [G, R, T]."""
        of_units = np.split(values[self.order], self.starts)
        return np.stack([basis.T @ of_unit for basis, of_unit in zip(self.bases, of_units, strict=True)])

    def _by_unit(self, values: np.ndarray) -> np.ndarray:
        sums = np.zeros((self.count, *values.shape[1:]))
        np.add.at(sums, self.units, values)
        return sums


def _orthonormal(design: np.ndarray) -> np.ndarray:
    left, spread, _ = np.linalg.svd(design, full_matrices=False)
    return np.asarray(left[:, spread > np.sqrt(ROUNDING) * spread[0]])


@lru_cache(4)
def _signs(count: int, seed: int) -> np.ndarray:
    """Return random signs, float32 [DRAWS, count]."""
    return np.random.default_rng(seed).choice(np.array([-1, 1], np.float32), size=(DRAWS, count))

"""A factor as columns that least squares predicts well, and back."""

from collections.abc import Sequence

import numpy as np
from scipy.special import ndtri

from exoprobe.datasets.factors import Factor
from exoprobe.probes.targets import factor_targets


class Outcome:
    """A factor as columns: numbers as normal scores, so that a few large ones do not decide; others as targets.

    Args:
        factor: of N samples.
        rows: bool [N], which the normal scores are computed on; the factor is known in one of them at least.

    Attributes:
        factor: as given.
        columns: float64 [N, T], NaN where the factor is unknown.
    """

    def __init__(self, factor: Factor, rows: np.ndarray) -> None:
        self.factor, self.columns = factor, factor_targets(factor)
        if factor.kind == "continuous":
            self._values, counts = np.unique(factor.values[rows & factor.known], return_counts=True)
            self._scores = ndtri((np.cumsum(counts) - counts / 2) / counts.sum())
            self.columns = np.interp(factor.values, self._values, self._scores)[:, None]

    @property
    def width(self) -> int:
        """How many columns there are, T."""
        return int(self.columns.shape[1])

    def values(self, answers: np.ndarray) -> np.ndarray:
        """Return answers [n] on the scale of the columns as values of the factor."""
        return np.interp(answers, self._scores, self._values) if self.factor.kind == "continuous" else answers


def known_together(factors: Sequence[Factor], rows: np.ndarray) -> list[list[int]]:
    """Return the indices of factors that are known for the same of some rows, bool [N]."""
    together: dict[bytes, list[int]] = {}
    for index, factor in enumerate(factors):
        together.setdefault(factor.known[rows].tobytes(), []).append(index)
    return list(together.values())

"""A factor as columns that least squares predicts well, and back."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from exoprobe.datasets.factors import RANKS, Factor
from exoprobe.probes.targets import factor_targets


class Outcome:
    """A factor as columns: numbers as normal scores, so that a few large ones do not decide; others as targets.

    Args:
        factor: of N samples.
        rows: bool [N], which the normal scores are computed on; the factor is known in one of them at least.

    Attributes:
        factor: as given, numbers on the scale of their ranks.
        columns: float64 [N, T], NaN where the factor is unknown.
    """

    def __init__(self, factor: Factor, rows: np.ndarray) -> None:
        is_number = factor.kind == "continuous"
        self.factor = replace(factor, scale=RANKS).learned_from(rows) if is_number else factor
        self.columns = factor_targets(self.factor)

    @property
    def width(self) -> int:
        """How many columns there are, T."""
        return int(self.columns.shape[1])

    def values(self, answers: np.ndarray) -> np.ndarray:
        """Return answers [n] on the scale of the columns as values of the factor."""
        return self.factor.unscaled(answers) if self.factor.on_ranks else answers


def known_together(factors: Sequence[Factor], rows: np.ndarray) -> list[list[int]]:
    """Return the indices of factors that are known for the same of some rows, bool [N]."""
    together: dict[bytes, list[int]] = {}
    for index, factor in enumerate(factors):
        together.setdefault(factor.known[rows].tobytes(), []).append(index)
    return list(together.values())

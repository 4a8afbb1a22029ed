"""The description length of a factor given the features, by the online (prequential) code of Voita and Titov (2020).

A sender and a receiver both have the features. The factor's values are sent block by block, each coded by the model
that was fitted on the blocks before it; the first by how common the values are. The more easily the factor can be
learned from the features, and from the fewer groups, the shorter the code.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import Factor
from exoprobe.probes.predictive import fit_predictive


@dataclass(frozen=True)
class OnlineCode:
    """The length of the description of some rows, in bits.

    Attributes:
        rows: how many.
        bits: of the online code.
        baseline: of the same values coded without the features, by how common they are.
    """

    rows: float
    bits: float
    baseline: float

    @classmethod
    def mean(cls, codes: Sequence["OnlineCode"]) -> "OnlineCode":
        """Return the mean over orders or folds."""
        return cls(*(float(np.mean([getattr(code, name) for code in codes])) for name in ("rows", "bits", "baseline")))


def code_online(
    factor: Factor,
    outcome: np.ndarray,
    contributions: np.ndarray,
    shells: np.ndarray,
    calibration: tuple[np.ndarray, np.ndarray],
) -> OnlineCode:
    """Return the length of the online code of a factor.

    Args:
        factor: for its kind.
        outcome: float64 [n, T], its columns in the training rows.
        contributions: float64 [S, n, T], what models of S nested subsets add to the columns' means.
        shells: int [n], the first subset that each row is in.
        calibration: the outcome [m, T] of validation rows, and the contributions [S, m, T] to them of models of the
            same sizes; the scale of probabilities is fitted to these.
    """
    held_out, of_held_out = calibration
    nothing = np.zeros_like(held_out)
    flat = np.tile(held_out.mean(0), (len(held_out), 1))
    marginal = fit_predictive(factor.kind, held_out, flat, nothing, used=False)
    constant = np.tile(flat[:1], (len(outcome), 1))
    bits = -marginal.log_likelihood(outcome, constant, np.zeros_like(outcome))
    baseline = float(bits.sum())
    for size in range(1, len(contributions)):
        block = shells == size
        fitted = fit_predictive(factor.kind, held_out, flat, of_held_out[size - 1], used=True)
        bits[block] = -fitted.log_likelihood(outcome[block], constant[block], contributions[size - 1, block])
    return OnlineCode(len(outcome), float(bits.sum()), baseline)

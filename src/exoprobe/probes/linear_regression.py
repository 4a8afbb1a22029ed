"""Linear and ridge regression: every target and every penalty from one factorization of the moments."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.features.blocks import Blocks
from exoprobe.features.moments import Moments

# Relative to the mean variance of the features' directions. The smallest is plain least squares but for what
# rounding would decide anyway; a unit that fires for a handful of training images needs more: its plain
# coefficient is arbitrary, and can put one test image thousands of degrees off.
PENALTIES = tuple(10.0**power for power in range(-7, 2))


@dataclass(frozen=True)
class LinearRegression:
    """A fitted linear regressor.

    Attributes:
        coef: float64 [D].
        intercept: the target's mean minus what the features' mean predicts.
        penalty: the chosen ridge penalty, relative to the mean variance of the features' directions.
    """

    coef: np.ndarray
    intercept: float
    penalty: float

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the predictions, float64 [N], for features [N, D]."""
        return features @ self.coef + self.intercept


@dataclass(frozen=True)
class RidgePath:
    """Regressors of T targets at L penalties.

    Attributes:
        coef: float64 [L, T, D].
        intercept: float64 [L, T].
        penalties: L of them, as in :class:`LinearRegression`.
    """

    coef: np.ndarray
    intercept: np.ndarray
    penalties: tuple[float, ...]

    def squared_errors(self, features: Blocks, targets: np.ndarray) -> np.ndarray:
        """Return the mean squared error of every regressor, [L, T], on features [N, D] and targets [N, T]."""
        total, start = np.zeros(self.intercept.shape), 0
        for block in features.blocks(features.dtype):
            truth = targets[start : start + len(block)]
            predicted = block.numpy().astype(np.float64) @ self.coef.mT + self.intercept[:, None]
            total += np.square(predicted - truth).sum(1)
            start += len(block)
        return total / start

    def at(self, place: int, target: int = 0) -> LinearRegression:
        """Return the regressor of a target at a penalty, both by their place."""
        return LinearRegression(self.coef[place, target], float(self.intercept[place, target]), self.penalties[place])


def fit_ridge_path(moments: Moments, penalties: Sequence[float] = PENALTIES) -> RidgePath:
    """Fit the regressors of all targets at all penalties from one factorization.

    Args:
        moments: of the training rows.
        penalties: relative to the mean eigenvalue of the Gram matrix; 0 gives the least squares solution of
            minimum norm.

    Returns:
        With penalty p and mean eigenvalue m, the regressors minimize ‖target − Xw − b‖² + p·m·‖w‖².
    """
    values, vectors = np.linalg.eigh(moments.gram)
    projected = vectors.T @ moments.cross
    kept = values > values.max(initial=0) * len(values) * np.finfo(np.float64).eps
    denominators = values + np.multiply.outer(penalties, np.full(len(values), values.mean()))
    inverse = np.divide(1, denominators, out=np.zeros_like(denominators), where=kept)
    coef = np.stack([(vectors @ (row[:, None] * projected)).T for row in inverse])
    return RidgePath(coef, moments.target_mean - coef @ moments.mean, tuple(penalties))

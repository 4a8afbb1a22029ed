"""Linear regression with an intercept and a ridge penalty chosen on validation."""

from dataclasses import dataclass

import numpy as np

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


def fit_ridge_path(
    features: np.ndarray, target: np.ndarray, penalties: tuple[float, ...] = PENALTIES
) -> list[LinearRegression]:
    """Fit one regressor per penalty from a single factorization of the Gram matrix, in float64.

    Args:
        features: [N, D].
        target: [N].
        penalties: relative to the mean eigenvalue of the centered Gram matrix; 0 gives the least squares
            solution of minimum norm.

    Returns:
        A regressor per penalty, in their order. With penalty p and mean eigenvalue m it minimizes
        ‖target − Xw − b‖² + p·m·‖w‖².
    """
    features = features.astype(np.float64)
    mean, target_mean = features.mean(0), float(target.mean())
    centered = features - mean
    values, vectors = np.linalg.eigh(centered.T @ centered)
    projected = vectors.T @ (centered.T @ (target - target_mean))
    kept = values > values.max(initial=0) * len(values) * np.finfo(np.float64).eps
    regressors = []
    for penalty in penalties:
        shrunk = np.divide(projected, values + penalty * values.mean(), out=np.zeros_like(values), where=kept)
        coef = vectors @ shrunk
        regressors.append(LinearRegression(coef, target_mean - float(mean @ coef), penalty))
    return regressors


def select_on_validation(
    regressors: list[LinearRegression], features: np.ndarray, target: np.ndarray
) -> LinearRegression:
    """Return the regressor of least squared error on validation features [N, D] and targets [N]."""
    errors = [np.square(regressor.predict(features) - target).mean() for regressor in regressors]
    return regressors[int(np.argmin(errors))]

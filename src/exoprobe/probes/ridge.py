"""Ridge regression from moments: every target and every alpha from one factorization, or one alpha alone."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from exoprobe.features.moments import Moments

# Relative to the mean variance of the features' directions. The smallest is plain least squares but for what
# rounding would decide anyway; a unit that fires for a handful of training images needs more: its plain
# coefficient is arbitrary, and can put one test image thousands of degrees off.
ALPHAS = tuple(10.0**power for power in range(-7, 2))


@dataclass(frozen=True)
class RidgePath:
    """Regressors of T targets at L values of alpha.

    Attributes:
        coef: float64 [L, T, D].
        intercept: float64 [L, T]: the targets' mean minus what the features' mean predicts.
    """

    coef: np.ndarray
    intercept: np.ndarray


def fit_ridge_path(moments: Moments, alphas: Sequence[float] = ALPHAS) -> RidgePath:
    """Fit the regressors of all targets at every alpha from one factorization.

    Args:
        moments: of the training rows.
        alphas: relative to the mean eigenvalue of the Gram matrix; 0 gives the least squares solution of minimum norm.

    Returns:
        With alpha a and mean eigenvalue m, the regressors minimize ‖target − Xw − b‖² + a·m·‖w‖².
    """
    values, vectors = np.linalg.eigh(moments.gram)
    projected = vectors.T @ moments.cross
    kept = values > values.max(initial=0) * len(values) * np.finfo(np.float64).eps
    denominators = values + np.multiply.outer(alphas, np.full(len(values), values.mean()))
    inverse = np.divide(1, denominators, out=np.zeros_like(denominators), where=kept)
    coef = np.stack([(vectors @ (row[:, None] * projected)).T for row in inverse])
    return RidgePath(coef, moments.target_mean - coef @ moments.mean)


def ridge_of(gram: np.ndarray, alpha: float) -> float:
    """Return what an alpha, relative to the mean variance of the features' directions, adds to the Gram matrix."""
    return max(float(alpha * gram.trace() / len(gram)), float(np.finfo(np.float64).tiny))


def ridge_coefficients(gram: np.ndarray, cross: np.ndarray, ridge: float) -> np.ndarray:
    """Solve a ridge regression.

    Args:
        gram: float64 [D, D], of centered features; after an erasure singular, and the ridge is that from before.
        cross: float64 [D, T], with the targets.
        ridge: of :func:`ridge_of`.

    Returns:
        float64 [T, D].
    """
    return ridge_solver(gram, ridge)(cross).T


def ridge_solver(gram: np.ndarray, ridge: float) -> Callable[[np.ndarray], np.ndarray]:
    """Return what multiplies matrices [D, T] by the inverse of gram + ridge, from one factorization."""
    shifted = gram.T.copy(order="F")  # symmetric: the transpose is the same, and quickly copied
    shifted[np.diag_indices_from(shifted)] += ridge
    factored = cho_factor(shifted, overwrite_a=True, check_finite=False)
    return lambda right: np.asarray(cho_solve(factored, right, check_finite=False))

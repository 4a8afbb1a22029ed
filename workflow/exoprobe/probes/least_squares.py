"""Ridge regression from moments alone: what readouts after many erasures are fitted with."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve


def ridge_of(gram: np.ndarray, penalty: float) -> float:
    """Return what a penalty, relative to the mean variance of the features' directions, adds to the Gram matrix."""
    return max(penalty * gram.trace() / len(gram), np.finfo(np.float64).tiny)


def ridge_coefficients(gram: np.ndarray, cross: np.ndarray, ridge: float) -> np.ndarray:
    """Solve a ridge regression.

    Args:
        gram: float64 [D, D], of centered features; after an erasure singular, and the ridge is that from before.
        cross: float64 [D, T], with the targets.
        ridge: of :func:`ridge_of`.

    Returns:
        float64 [T, D].
    """
    factored = cho_factor(gram + ridge * np.eye(len(gram)), check_finite=False)
    return cho_solve(factored, cross, check_finite=False).T


def take_out(coef: np.ndarray, toward: np.ndarray, apart: np.ndarray) -> np.ndarray:
    """Solve again with a Gram matrix less ``apart``'s products with itself (Sherman and Morrison 1950).

    Args:
        coef: float64 [..., T, D], solved with the Gram matrix as it was.
        toward: float64 [..., D], solved with it for ``apart`` instead of the products with a target.
        apart: float64 [D].

    Returns:
        float64 [..., T, D].
    """
    weight = (coef @ apart) / (1 - toward @ apart)[..., None]
    return coef + weight[..., None] * toward[..., None, :]

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

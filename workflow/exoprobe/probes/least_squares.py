"""Ridge regression from moments alone: what readouts after many erasures are fitted with."""

import numpy as np
from scipy.linalg import cho_factor, cho_solve


def ridge_coefficients(gram: np.ndarray, cross: np.ndarray, penalty: float) -> np.ndarray:
    """Solve a ridge regression.

    Args:
        gram: float64 [D, D], of centered features.
        cross: float64 [D, T], with the targets.
        penalty: relative to the mean variance of the features' directions, above 0.

    Returns:
        float64 [T, D].
    """
    ridge = max(penalty * gram.trace() / len(gram), np.finfo(np.float64).tiny)
    factored = cho_factor(gram + ridge * np.eye(len(gram)), check_finite=False)
    return cho_solve(factored, cross, check_finite=False).T

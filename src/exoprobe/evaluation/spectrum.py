"""Scree: how a representation's variance spreads over directions (section 4.3, Figure 6)."""

import numpy as np


def min_max_normalize(features: np.ndarray) -> np.ndarray:
    """Map a whole feature matrix to [−1, 1] by one affine map, so that networks of other scales compare.

    One map for all dimensions leaves the shape of the spectrum as it is; one per dimension would not.
    """
    low, high = features.min(), features.max()
    scaled: np.ndarray = (features - low) * (2 / (high - low)) - 1
    return scaled


def singular_values(features: np.ndarray) -> np.ndarray:
    """Return the singular values of the mean-centered feature matrix.

    Args:
        features: [N, D], N ≥ D.

    Returns:
        float64 [D], descending, by way of the Gram matrix in float64.
    """
    centered = features - features.mean(0, dtype=np.float64)
    values: np.ndarray = np.sqrt(np.linalg.eigvalsh(centered.T @ centered)[::-1].clip(min=0))
    return values

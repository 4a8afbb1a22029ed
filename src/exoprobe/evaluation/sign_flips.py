"""Could two representations be equally good? Whole groups exchange their predictions between them."""

from collections.abc import Sequence

import numpy as np

FLIPS = 1_999
CHUNK = 2_000  # differences tested at once
ROUNDING = 1e-9  # of a difference in skill


def sign_flip_tests(differences: Sequence[np.ndarray], seed: int = 0) -> np.ndarray:
    """Test differences in skill between two representations on the same groups, paired.

    If both are equally good, each group's predictions might as well be the other representation's: the sign of its
    difference is random (Fisher 1935). That holds for few groups too, where a bootstrap's spread is uncertain, and it
    does not call a difference sure that rests on one group. Below what the flips can resolve, p-values are bounded by
    2 exp(−d² / 2 Σ dᵢ²) (Hoeffding 1963), so that many of them can be corrected.

    Args:
        differences: of each test, what each group adds to the difference, [G].
        seed: of the flips.

    Returns:
        Two-sided p-values; NaN where a difference is.
    """
    p = np.full(len(differences), np.nan)
    sizes = np.array([len(values) for values in differences])
    for size in np.unique(sizes):
        signs = np.random.default_rng(seed).choice(np.array([-1.0, 1.0]), (FLIPS, size))
        indices = np.flatnonzero(sizes == size)
        for start in range(0, len(indices), CHUNK):
            chosen = indices[start : start + CHUNK]
            p[chosen] = _p_values(np.stack([differences[index] for index in chosen]), signs)
    return p


def _p_values(differences: np.ndarray, signs: np.ndarray) -> np.ndarray:
    """Return p-values [T] of differences [T, G] under signs [F, G]."""
    observed = np.abs(differences.sum(1))
    flipped = np.abs(differences @ signs.T)
    p = (1 + (flipped >= observed[:, None] - ROUNDING).sum(1)) / (1 + signs.shape[0])
    squares = (differences**2).sum(1)
    bound = 2 * np.exp(-(observed**2) / (2 * np.where(squares > 0, squares, np.inf)))
    return np.where(np.isnan(observed), np.nan, np.minimum(p, bound))

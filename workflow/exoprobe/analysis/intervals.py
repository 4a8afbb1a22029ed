"""Confidence intervals that respect groups: images of one person are not independent."""

import warnings

import numpy as np

RESAMPLES = 1000
LEVEL = 0.95


def group_weights(groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """Draw the groups with replacement, many times (the cluster bootstrap, Davison and Hinkley 1997, 3.8).

    Args:
        groups: [N], the group of each row.
        seed: of the draws.

    Returns:
        int [RESAMPLES, G], how often each of the sorted unique groups was drawn.
    """
    count = len(np.unique(groups))
    return np.random.default_rng(seed).multinomial(count, np.full(count, 1 / count), RESAMPLES)


def group_sums(groups: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sum values [N, …] over each of the sorted unique groups: [G, …]."""
    _, index = np.unique(groups, return_inverse=True)
    sums = np.zeros((index.max() + 1, *values.shape[1:]))
    np.add.at(sums, index, values)
    return sums


def interval(draws: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval of the draws [RESAMPLES, …] at the level of 95 %; NaN are left out."""
    tail = (1 - LEVEL) / 2
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # where all draws are NaN
        low, high = np.nanquantile(draws, [tail, 1 - tail], axis=0)
    return low, high

"""Confidence intervals that respect groups: rows of one group are not independent."""

import warnings

import numpy as np
from scipy.special import ndtr, stdtrit

RESAMPLES = 1000
LEVEL = 0.95
LEAST_GROUPS = 5
MOST_UNITS = 2_000  # more are not needed to estimate a spread


def resampling_units(groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return what is resampled together, int [N]: the groups, or random unions of them where they are many.

    Unions of independent groups are independent, and 2,000 estimate the spread as well as a million would.
    """
    names, index = np.unique(groups, return_inverse=True)
    if len(names) <= MOST_UNITS:
        return index
    return (np.random.default_rng(seed).permutation(len(names)) % MOST_UNITS)[index]


def group_weights(groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """Draw the groups with replacement, many times (the cluster bootstrap, Davison and Hinkley 1997, 3.8).

    Args:
        groups: [N], the group of each row.
        seed: of the draws.

    Returns:
        int [RESAMPLES, G], how often each of the sorted unique groups was drawn.
    """
    count = len(np.unique(groups))
    drawn = np.random.default_rng(seed).integers(count, size=(RESAMPLES, count))
    indices = drawn + count * np.arange(RESAMPLES)[:, None]
    return np.bincount(indices.ravel(), minlength=RESAMPLES * count).reshape(RESAMPLES, count)


def group_sums(groups: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Sum values [N, …] over each of the sorted unique groups: [G, …]."""
    _, index = np.unique(groups, return_inverse=True)
    sums = np.zeros((index.max() + 1, *values.shape[1:]))
    np.add.at(sums, index, values)
    return sums


def interval(draws: np.ndarray, groups: int) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval of the draws at the level of 95 %, widened for few groups.

    Resampling G groups understates their spread as a deviation over G instead of G − 1 does, and knows nothing of
    Student's t; the percentiles make up for both (the expanded percentile interval, Hesterberg 2015).

    Args:
        draws: [RESAMPLES, …]; NaN are left out.
        groups: how many were resampled.

    Returns:
        NaN for fewer than LEAST_GROUPS: with so few, the percentiles cover the truth too rarely.
    """
    if groups < LEAST_GROUPS:
        nothing = np.full(draws.shape[1:], np.nan)[()]  # a number where draws are of one
        return nothing, nothing
    freedom = max(groups - 1, 1)
    tail = ndtr(np.sqrt(groups / freedom) * stdtrit(freedom, (1 - LEVEL) / 2))
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # where all draws are NaN
        low, high = np.nanquantile(draws, [tail, 1 - tail], axis=0)
    return low, high

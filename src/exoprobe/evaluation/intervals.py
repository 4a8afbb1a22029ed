"""Confidence intervals that respect groups: rows of one group are not independent."""

import warnings
from collections.abc import Callable

import numpy as np
from scipy.special import ndtr, ndtri, stdtrit

RESAMPLES = 1000
LEVEL = 0.95
LEAST_GROUPS = 5
WHOLE_GROUPS = 2  # groups in error, as it were, all of whose rows are …
ENOUGH_GROUPS = 10  # … none once so many groups are in error
MOST_UNITS = 2_000  # more are not needed to estimate a spread
JACKKNIFE_UNITS = 10  # each is left out once


def resampling_units(groups: np.ndarray, seed: int = 0, most: int = MOST_UNITS) -> np.ndarray:
    """Return what is resampled together, int [N]: the groups, or random unions of them where they are many.

    Unions of independent groups are independent, and 2,000 estimate the spread as well as a million would.
    """
    names, index = np.unique(groups, return_inverse=True)
    if len(names) <= most:
        return index
    return (np.random.default_rng(seed).permutation(len(names)) % most)[index]


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


def effective_groups(rows: np.ndarray) -> float:
    """Return how many groups of equal size are as informative as groups of so many rows each, [G] (Kish 1965)."""
    squares = float((rows.astype(np.float64) ** 2).sum())
    return float(rows.sum()) ** 2 / squares if squares > 0 else 0.0


def interval(draws: np.ndarray, groups: int, effective: float | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Return the percentile interval of the draws at the level of 95 %, widened for few groups.

    Resampling G groups understates their spread as a deviation over G instead of G − 1 does, and knows nothing of
    Student's t; the percentiles make up for both (the expanded percentile interval, Hesterberg 2015). Where groups
    differ in size, a few large ones decide, so that fewer degrees of freedom are left (Carter, Schnepel and
    Steigerwald 2017).

    Args:
        draws: [RESAMPLES, …]; NaN are left out.
        groups: how many were resampled.
        effective: of :func:`effective_groups`; None for groups of equal size.

    Returns:
        NaN for fewer than LEAST_GROUPS: with so few, the percentiles cover the truth too rarely.
    """
    if groups < LEAST_GROUPS:
        nothing = np.full(draws.shape[1:], np.nan)[()]  # a number where draws are of one
        return nothing, nothing
    count = max(groups if effective is None else effective, 2.0)
    tail = ndtr(np.sqrt(count / (count - 1)) * stdtrit(count - 1, (1 - LEVEL) / 2))
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # where all draws are NaN
        low, high = np.nanquantile(draws, [tail, 1 - tail], axis=0)
    return low, high


def rate_limits(
    counts: np.ndarray, errors: np.ndarray, level: float = LEVEL
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return error rates with limits that do not shrink to nothing where errors are few (Wilson 1927).

    A bootstrap of groups without an error knows of no uncertainty. Wilson's limits do, for independent rows; the rows
    are divided by the design effect (Kish 1965), by which errors within groups are more alike. It is estimated from
    the groups in error. Where these are few it is drawn to that of groups whose rows are all right or all wrong.

    Args:
        counts: rows of each group and class, [G, K].
        errors: how many of these are wrong, [G, K].
        level: of the limits.

    Returns:
        Rates, low and high ends [K]; NaN of classes without rows.
    """
    total, wrong = counts.sum(0), errors.sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rate = wrong / total
        groups = (counts > 0).sum(0)
        spread = ((errors - rate * counts) ** 2).sum(0) * groups / np.maximum(groups - 1, 1)
        binomial = total * rate * (1 - rate)
        estimated = np.where(binomial > 0, spread / np.where(binomial > 0, binomial, 1), 0)
        informative = np.minimum((errors > 0).sum(0), (errors < counts).sum(0))
        whole = (counts**2).sum(0) / total
        prior = WHOLE_GROUPS * np.maximum(0, 1 - informative / ENOUGH_GROUPS)
        effect = (informative * estimated + prior * whole) / np.maximum(informative + prior, 1)
        rows = total / np.maximum(effect, 1)
        square = float(ndtri((1 + level) / 2)) ** 2
        center = (rate + square / (2 * rows)) / (1 + square / rows)
        half = np.sqrt(square * (rate * (1 - rate) / rows + square / (4 * rows**2))) / (1 + square / rows)
    return rate, np.maximum(center - half, 0), np.minimum(center + half, 1)


def mean_limits(rates: np.ndarray, lows: np.ndarray, highs: np.ndarray) -> tuple[float, float]:
    """Return the 95 % limits of the mean of independent rates [K] with theirs (MOVER, Zou and Donner 2008)."""
    mean, count = rates.mean(), len(rates)
    low = mean - np.sqrt(((rates - lows) ** 2).sum()) / count
    high = mean + np.sqrt(((highs - rates) ** 2).sum()) / count
    return float(max(low, 0)), float(min(high, 1))


def jackknife_limits(
    value: float, measure: Callable[[np.ndarray], float], rows: np.ndarray, groups: np.ndarray
) -> tuple[float, float]:
    """Return the 95 % limits of a measure of neighbors, by leaving out groups (Shao and Wu 1989; Kott 2001).

    A bootstrap sample holds rows twice, which are then each other's neighbors; it fails for neighbors (Abadie and
    Imbens 2008). Random unions of groups, or the groups where they are few, are left out in turn, as queries and as
    neighbors.

    Args:
        value: of the measure on all rows.
        measure: of rows, bool [N].
        rows: bool [N], on which it is measured.
        groups: [N], of each row.

    Returns:
        NaN for fewer than LEAST_GROUPS.
    """
    if len(np.unique(groups[rows])) < LEAST_GROUPS:
        return np.nan, np.nan
    units = np.full(len(rows), -1)
    units[rows] = resampling_units(groups[rows], most=JACKKNIFE_UNITS)
    values = np.array([measure(rows & (units != unit)) for unit in range(units.max() + 1)])
    values = values[~np.isnan(values)]
    spread = np.sqrt((len(values) - 1) / len(values) * np.square(values - values.mean()).sum())
    sizes = np.bincount(units[rows])
    half = -stdtrit(max(effective_groups(sizes), 2.0) - 1, (1 - LEVEL) / 2) * spread
    return float(value - half), float(value + half)

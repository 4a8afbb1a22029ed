"""What linear readouts and erasures of all factors need to know of the training rows, from one pass over them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.data.factors import Factor
from exoprobe.features.blocks import Blocks
from exoprobe.probes.linear_regression import Moments, measure_group_moments
from exoprobe.probes.targets import factor_targets


@dataclass(frozen=True)
class FactorMoments:
    """Moments of features and factors, some of which may not be known everywhere.

    A target is centered, 0 where it is not known, and times N / the number of rows where it is: then its products
    with the features, over the rows where it is known, match the features' own over all N rows.

    Attributes:
        whole: over all rows.
        halves: over the rows of either half of the groups.
        columns: which targets are each of the F factors'.
        target_gram: float64 [T, T], the targets' products among each other.
        target_mean: float64 [T], before centering, where they are known.
        known_mean: float64 [F, D], the features' mean where each factor is known.
    """

    whole: Moments
    halves: tuple[Moments, Moments]
    columns: tuple[slice, ...]
    target_gram: np.ndarray
    target_mean: np.ndarray
    known_mean: np.ndarray


def measure_factor_moments(features: Blocks, factors: Sequence[Factor], groups: np.ndarray) -> FactorMoments:
    """Measure the moments of features and factors in one pass.

    Args:
        features: [N, D].
        factors: F of them, of N samples.
        groups: int [N], the group of each row; a group is in one half.

    Returns:
        The moments; of a factor that is known nowhere they are 0.
    """
    targets, columns, target_mean = _centered_targets(factors)
    known = np.stack([factor.known for factor in factors], axis=1)
    partly = np.flatnonzero(~known.all(0))
    measured = np.hstack([targets, known[:, partly]])
    halves = measure_group_moments(features, measured, halve_groups(groups))
    whole = halves[0] + halves[1]
    known_mean = np.repeat(whole.mean[None], len(factors), axis=0)
    counts = np.maximum(known.sum(0), 1)[partly]
    known_mean[partly] += whole.cross[:, targets.shape[1] :].T / counts[:, None]
    one, other = (_first_targets(half, targets.shape[1]) for half in halves)
    return FactorMoments(
        _first_targets(whole, targets.shape[1]), (one, other), columns, targets.T @ targets, target_mean, known_mean
    )


def halve_groups(groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """Put each group into one of two halves, 0 or 1, at random: int [N]; the rows, where there is one group."""
    _, index = np.unique(groups, return_inverse=True)
    if not index.any():
        index = np.arange(len(groups))
    return (np.random.default_rng(seed).permutation(index.max() + 1) % 2)[index]


def _centered_targets(factors: Sequence[Factor]) -> tuple[np.ndarray, tuple[slice, ...], np.ndarray]:
    """Return the targets as in :class:`FactorMoments` [N, T], which are each factor's, and their means [T]."""
    centered, columns, means, start = [], [], [], 0
    for factor in factors:
        own, known = factor_targets(factor), factor.known
        mean = own[known].mean(0) if known.any() else np.zeros(own.shape[1])
        centered.append(np.where(known[:, None], own - mean, 0) * len(own) / max(known.sum(), 1))
        columns.append(slice(start, start + own.shape[1]))
        means.append(mean)
        start += own.shape[1]
    return np.hstack(centered), tuple(columns), np.concatenate(means)


def _first_targets(moments: Moments, count: int) -> Moments:
    return Moments(moments.count, moments.mean, moments.target_mean[:count], moments.gram, moments.cross[:, :count])

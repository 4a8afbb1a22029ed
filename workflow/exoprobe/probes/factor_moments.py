"""What linear readouts and erasures of all factors need to know of the training rows, from one pass over them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from exoprobe.data.factors import Factor
from exoprobe.features.blocks import Blocks
from exoprobe.probes.moments import Moments, measure_group_moments
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
    known = np.stack([factor.known for factor in factors], axis=1)
    partly = np.flatnonzero(~known.all(0))
    columns = _target_columns(factors)
    count = columns[-1].stop
    measured = np.zeros((len(groups), count + len(partly)))  # the targets, and where the others are known
    target_mean = _fill_targets(measured[:, :count], factors, columns)
    measured[:, count:] = known[:, partly]
    one, other = measure_group_moments(features, measured, halve_groups(groups))
    whole = one + other
    known_mean = np.repeat(whole.mean[None], len(factors), axis=0)
    known_mean[partly] += whole.cross[:, count:].T / np.maximum(known[:, partly].sum(0), 1)[:, None]
    halves = (_first_targets(one, count), _first_targets(other, count))
    target_gram = measured[:, :count].T @ measured[:, :count]
    return FactorMoments(_first_targets(whole, count), halves, columns, target_gram, target_mean, known_mean)


def halve_groups(groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """Put each group into one of two halves, 0 or 1, at random: int [N]; the rows, where there is one group."""
    _, index = np.unique(groups, return_inverse=True)
    if not index.any():
        index = np.arange(len(groups))
    return (np.random.default_rng(seed).permutation(index.max() + 1) % 2)[index]


def _target_columns(factors: Sequence[Factor]) -> tuple[slice, ...]:
    """Return which columns are each factor's where their targets stand side by side."""
    widths = [factor_targets(replace(factor, values=factor.values[:0])).shape[1] for factor in factors]
    stops = np.cumsum(widths).tolist()
    return tuple(slice(stop - width, stop) for stop, width in zip(stops, widths, strict=True))


def _fill_targets(targets: np.ndarray, factors: Sequence[Factor], columns: Sequence[slice]) -> np.ndarray:
    """Put the targets as :class:`FactorMoments` has them into zeros [N, T]; return what was their mean, [T]."""
    means = np.zeros(targets.shape[1])
    for factor, own in zip(factors, columns, strict=True):
        known = factor.known
        if known.any():
            values = factor_targets(factor)[known]
            means[own] = values.mean(0)
            targets[known, own] = (values - means[own]) * (len(known) / len(values))
    return means


def _first_targets(moments: Moments, count: int) -> Moments:
    return Moments(moments.count, moments.mean, moments.target_mean[:count], moments.gram, moments.cross[:, :count])

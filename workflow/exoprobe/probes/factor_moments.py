"""What linear readouts and erasures of all factors need to know of the training rows, from one pass over them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from exoprobe.data.factors import Factor
from exoprobe.features.blocks import Blocks
from exoprobe.probes.moments import Moments, measure_group_moments
from exoprobe.probes.targets import factor_targets


@dataclass(frozen=True)
class KnownMoments(Moments):
    """Moments of rows in some of which not every factor is known.

    Each target's mean and its products with the features are over the rows where its factor is known, about the
    features' mean there; the products are times N / the number of these rows, to match the Gram matrix.

    Attributes:
        known_mean: float64 [F, D], the features' mean where each factor is known.
        apart: float64 [F, D]: the Gram matrix less this vector's products with itself is what it would be if the
            features' mean were the same where a factor is known and where it is not. A readout's Gram matrix is
            that: else it would be held against the difference between rows that have a value and rows that have
            none, which tells nothing of the value.
    """

    known_mean: np.ndarray
    apart: np.ndarray

    def gram_of(self, factor: int) -> np.ndarray:
        """Return the Gram matrix for the readouts of a factor, by its place."""
        apart = self.apart[factor]
        return self.gram - np.outer(apart, apart) if apart.any() else self.gram


@dataclass(frozen=True)
class FactorMoments:
    """Moments of features and factors, some of which may not be known everywhere.

    Attributes:
        whole: over all rows.
        halves: over the rows of either half of the groups.
        columns: which targets are each of the F factors'.
        target_gram: float64 [T, T], the products among each other of the centered targets, 0 where they are not
            known, times N / the number of rows where they are.
        target_mean: float64 [T], where they are known; those of ``whole`` and ``halves`` are what is left after it.
    """

    whole: KnownMoments
    halves: tuple[KnownMoments, KnownMoments]
    columns: tuple[slice, ...]
    target_gram: np.ndarray
    target_mean: np.ndarray

    @property
    def partly_known(self) -> np.ndarray:
        """The places of the factors whose Gram matrices are their own, int."""
        return np.flatnonzero(np.any([one.apart.any(1) for one in (self.whole, *self.halves)], axis=0))


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
    shares = known.mean(0)
    whole, *halves = (_where_known(moments, columns, partly, shares) for moments in (one + other, one, other))
    target_gram = measured[:, :count].T @ measured[:, :count]
    return FactorMoments(whole, tuple(halves), columns, target_gram, target_mean)


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
    """Put the targets as ``target_gram`` has them into zeros [N, T]; return what was their mean, [T]."""
    means = np.zeros(targets.shape[1])
    for factor, own in zip(factors, columns, strict=True):
        known = factor.known
        if known.any():
            values = factor_targets(factor)[known]
            means[own] = values.mean(0)
            targets[known, own] = (values - means[own]) * (len(known) / len(values))
    return means


def _where_known(
    moments: Moments, columns: Sequence[slice], partly: np.ndarray, shares: np.ndarray
) -> KnownMoments:
    """Turn moments over all rows into such over the rows where each factor is known.

    Args:
        moments: with all targets, 0 where they are not known, and an indicator for each factor that is ``partly``.
        columns: which targets are each factor's.
        partly: places of the factors that are not known everywhere.
        shares: [F], of the rows where a factor is known, among those by which the targets were scaled.
    """
    count, total = columns[-1].stop, moments.count
    mean, cross = moments.target_mean[:count].copy(), moments.cross[:, :count].copy()
    known_mean = np.repeat(moments.mean[None], len(columns), axis=0)
    apart = np.zeros(known_mean.shape)
    for indicator, factor in enumerate(partly, count):
        known, own = round(total * moments.target_mean[indicator]), columns[factor]
        if not known:
            continue
        offset = moments.cross[:, indicator] / known
        known_mean[factor] += offset
        cross[:, own] -= total * np.outer(offset, mean[own])
        scale = shares[factor] * total / known
        cross[:, own] *= scale
        mean[own] *= scale
        if known < total:
            apart[factor] = offset * np.sqrt(known * total / (total - known))
    return KnownMoments(total, moments.mean, mean, moments.gram, cross, known_mean, apart)

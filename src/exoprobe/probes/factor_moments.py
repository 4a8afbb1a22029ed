"""What linear probes and erasures of all factors need to know of the training rows."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np

from exoprobe.datasets.factors import Factor
from exoprobe.features.blocks import Blocks
from exoprobe.features.moments import Moments, measure_group_moments
from exoprobe.probes.targets import factor_targets

HELD_BYTES = 1 << 29  # of Gram matrices; what does not fit is measured again when it is needed


class FactorMoments:
    """Moments of features and factors, each over the rows where it is known.

    Factors that are known for the same rows share a pass over the features, and a Gram matrix.

    Args:
        features: [N, D].
        factors: F of them, of N samples.
        groups: int [N], the group of each row; a group is in one half.

    Attributes:
        columns: which targets are each factor's where those of all stand side by side.
        target_mean: per factor, float64 [T], where it is known.
        target_gram: per factor, float64 [T, T]: the centered targets' products among each other.
        together: arrays int, the indices of factors that are known for the same rows.
        whole: over all rows. A target is 0 where it is not known, and times N / the number of rows where it is: its
            products with the features are those over the rows where it is known, as if these were N.
    """

    def __init__(self, features: Blocks, factors: Sequence[Factor], groups: np.ndarray) -> None:
        self._features, self._half = features, halve_groups(groups)
        self._known = np.stack([factor.known for factor in factors], axis=1)
        centered = [_centered_targets(factor) for factor in factors]
        self._targets = [targets for targets, _ in centered]
        self.target_mean = [mean for _, mean in centered]
        self.target_gram = [targets.T @ targets for targets in self._targets]
        self.columns = _side_by_side([targets.shape[1] for targets in self._targets])
        _, sets = np.unique(self._known, axis=1, return_inverse=True)
        self.together = [np.flatnonzero(sets.ravel() == index) for index in range(sets.max() + 1)]
        held = max(1, HELD_BYTES // (2 * features.shape[1] ** 2 * np.dtype(np.float64).itemsize))
        self.halves = lru_cache(held)(self._measure)
        self.whole = self._over_all_rows()

    def of_together(self, index: int) -> tuple[Moments, tuple[slice, ...]]:
        """Return the moments of factors that are known together, over these rows, and their columns."""
        first, second = self.halves(index)
        return first + second, _side_by_side([self._targets[factor].shape[1] for factor in self.together[index]])

    def index_of(self, factor: int) -> int:
        """Return the index in ``together`` of the factors that are known where this one is."""
        (index,) = (index for index, factors in enumerate(self.together) if factor in factors)
        return index

    def of(self, factor: int) -> Moments:
        """Return the moments of a factor, by its index, over the rows where it is known."""
        index = self.index_of(factor)
        moments, columns = self.of_together(index)
        selected = columns[self.together[index].tolist().index(factor)]
        return replace(moments, target_mean=moments.target_mean[selected], cross=moments.cross[:, selected])

    def _measure(self, index: int) -> tuple[Moments, Moments]:
        """Measure the moments of factors that are known together, over either half of the groups."""
        factors = self.together[index]
        targets = np.hstack([self._targets[factor] for factor in factors])
        codes = np.where(self._known[:, factors[0]], self._half, 2)
        first, second, *_ = measure_group_moments(self._features, targets, codes, 3)
        return first, second

    def _over_all_rows(self) -> Moments:
        count, cross, gram = len(self._known), [np.empty(0)] * len(self.columns), None
        for index, factors in enumerate(self.together):
            moments, columns = self.of_together(index)
            scale = count / max(moments.count, 1)
            for factor, selected in zip(factors, columns, strict=True):
                cross[factor] = scale * moments.cross[:, selected]
            if moments.count == count:
                gram = moments
        if gram is None:
            first, second = measure_group_moments(self._features, np.empty((count, 0)), self._half, 2)
            gram = first + second
        return replace(gram, target_mean=np.zeros(self.columns[-1].stop), cross=np.hstack(cross))


def halve_groups(groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """Put each group into one of two halves, 0 or 1, at random: int [N]; the rows, where there is one group."""
    _, index = np.unique(groups, return_inverse=True)
    if not index.any():
        index = np.arange(len(groups))
    return (np.random.default_rng(seed).permutation(index.max() + 1) % 2)[index]


def _centered_targets(factor: Factor) -> tuple[np.ndarray, np.ndarray]:
    """Return a factor's targets, less their mean and 0 where they are not known, [N, T], and the mean, [T]."""
    targets, known = factor_targets(factor), factor.known
    mean = targets[known].mean(0) if known.any() else np.zeros(targets.shape[1])
    return np.where(known[:, None], targets - mean, 0), mean


def _side_by_side(widths: Sequence[int]) -> tuple[slice, ...]:
    stops = np.cumsum(widths).tolist()
    return tuple(slice(stop - width, stop) for stop, width in zip(stops, widths, strict=True))

"""Linear and ridge regression: every target and every penalty from one pass over the features.

The pass sums the features' products among each other and with the targets, in float64; one factorization of these
moments then gives the coefficients at every penalty.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.linalg.blas import dsyrk

from exoprobe.features.blocks import Blocks

# Relative to the mean variance of the features' directions. The smallest is plain least squares but for what
# rounding would decide anyway; a unit that fires for a handful of training images needs more: its plain
# coefficient is arbitrary, and can put one test image thousands of degrees off.
PENALTIES = tuple(10.0**power for power in range(-7, 2))


@dataclass(frozen=True)
class LinearRegression:
    """A fitted linear regressor.

    Attributes:
        coef: float64 [D].
        intercept: the target's mean minus what the features' mean predicts.
        penalty: the chosen ridge penalty, relative to the mean variance of the features' directions.
    """

    coef: np.ndarray
    intercept: float
    penalty: float

    def predict(self, features: np.ndarray) -> np.ndarray:
        """Return the predictions, float64 [N], for features [N, D]."""
        return features @ self.coef + self.intercept


@dataclass(frozen=True)
class RidgePath:
    """Regressors of T targets at L penalties.

    Attributes:
        coef: float64 [L, T, D].
        intercept: float64 [L, T].
        penalties: L of them, as in :class:`LinearRegression`.
    """

    coef: np.ndarray
    intercept: np.ndarray
    penalties: tuple[float, ...]

    def squared_errors(self, features: Blocks, targets: np.ndarray) -> np.ndarray:
        """Return the mean squared error of every regressor, [L, T], on features [N, D] and targets [N, T]."""
        total, start = np.zeros(self.intercept.shape), 0
        for block in _arrays(features):
            truth = targets[start : start + len(block)]
            total += np.square(block.astype(np.float64) @ self.coef.mT + self.intercept[:, None] - truth).sum(1)
            start += len(block)
        return total / start

    def at(self, place: int, target: int = 0) -> LinearRegression:
        """Return the regressor of a target at a penalty, both by their place."""
        return LinearRegression(
            self.coef[place, target], float(self.intercept[place, target]), self.penalties[place]
        )


@dataclass(frozen=True)
class Moments:
    """What a regression needs to know of N rows.

    Attributes:
        count: N.
        mean: float64 [D], of the features.
        target_mean: float64 [T].
        gram: float64 [D, D], the centered features' products among each other.
        cross: float64 [D, T], with the centered targets.
    """

    count: int
    mean: np.ndarray
    target_mean: np.ndarray
    gram: np.ndarray
    cross: np.ndarray

    def __add__(self, other: "Moments") -> "Moments":
        """Return the moments of the rows of both (Chan, Golub and LeVeque 1979)."""
        count = self.count + other.count
        apart, targets_apart = other.mean - self.mean, other.target_mean - self.target_mean
        weight, share = self.count * other.count / count, other.count / count
        return Moments(
            count,
            self.mean + share * apart,
            self.target_mean + share * targets_apart,
            self.gram + other.gram + weight * np.outer(apart, apart),
            self.cross + other.cross + weight * np.outer(apart, targets_apart),
        )


def measure_moments(features: Blocks, targets: np.ndarray) -> Moments:
    """Measure the moments of features [N, D] and targets [N, T] in one pass."""
    (moments,) = measure_group_moments(features, targets, np.zeros(len(targets), int))
    return moments


def measure_group_moments(features: Blocks, targets: np.ndarray, groups: np.ndarray) -> list[Moments]:
    """Measure the moments of each group of rows in one pass.

    Args:
        features: [N, D].
        targets: [N, T].
        groups: int [N], from 0 to K − 1.

    Returns:
        K moments.
    """
    sums: list[_Sums] = []
    start = 0
    for block in _arrays(features):
        rows = slice(start, start + len(block))
        if not sums:  # sums about the first block's mean lose nothing to a mean far from zero
            sums = [_Sums(block.mean(0, dtype=np.float64), targets.shape[1]) for _ in range(int(groups.max()) + 1)]
        for group in np.unique(groups[rows]):
            chosen = groups[rows] == group
            sums[group].add(block if chosen.all() else block[chosen], targets[rows][chosen])
        start += len(block)
    return [one.moments() for one in sums]


def fit_ridge_path(moments: Moments, penalties: Sequence[float] = PENALTIES) -> RidgePath:
    """Fit the regressors of all targets at all penalties from one factorization.

    Args:
        moments: of the training rows.
        penalties: relative to the mean eigenvalue of the Gram matrix; 0 gives the least squares solution of
            minimum norm.

    Returns:
        With penalty p and mean eigenvalue m, the regressors minimize ‖target − Xw − b‖² + p·m·‖w‖².
    """
    values, vectors = np.linalg.eigh(moments.gram)
    projected = vectors.T @ moments.cross
    kept = values > values.max(initial=0) * len(values) * np.finfo(np.float64).eps
    denominators = values + np.multiply.outer(penalties, np.full(len(values), values.mean()))
    inverse = np.divide(1, denominators, out=np.zeros_like(denominators), where=kept)
    coef = np.stack([(vectors @ (row[:, None] * projected)).T for row in inverse])
    return RidgePath(coef, moments.target_mean - coef @ moments.mean, tuple(penalties))


class _Sums:
    """Sums over rows, about a fixed point."""

    def __init__(self, origin: np.ndarray, targets: int) -> None:
        dimension = len(origin)
        self.origin, self.count = origin, 0
        self.features, self.targets = np.zeros(dimension), np.zeros(targets)
        self.gram = np.zeros((dimension, dimension), order="F")  # its upper triangle
        self.cross = np.zeros((dimension, targets))

    def add(self, block: np.ndarray, targets: np.ndarray) -> None:
        """Add features [n, D] and targets [n, T]."""
        moved = block - self.origin
        self.count += len(moved)
        self.features += moved.sum(0)
        self.targets += targets.sum(0)
        self.gram = dsyrk(1.0, moved.T, beta=1.0, c=self.gram, overwrite_c=True)
        self.cross += moved.T @ targets

    def moments(self) -> Moments:
        """Return the moments of what was added."""
        shift, target_mean = self.features / self.count, self.targets / self.count
        gram = np.triu(self.gram) + np.triu(self.gram, 1).T
        return Moments(
            self.count,
            self.origin + shift,
            target_mean,
            gram - self.count * np.outer(shift, shift),
            self.cross - self.count * np.outer(shift, target_mean),
        )


def _arrays(features: Blocks) -> Iterator[np.ndarray]:
    """Yield the blocks as they are stored; torch's threads would wait beside those of numpy's products."""
    return (block.numpy() for block in features.blocks(features.dtype))

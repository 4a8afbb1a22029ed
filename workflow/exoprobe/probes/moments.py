"""Moments: what a regression needs to know of its rows, from one pass over them, in float64."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from itertools import islice

import numpy as np
import torch
from threadpoolctl import ThreadpoolController

from exoprobe.features.blocks import Blocks

WORK_BYTES = 1 << 28  # of all workers' products together
ROWS = 1_024  # that are multiplied at once: in float64 they stay in the processor's cache


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

    Each thread sums blocks of its own: threads that share a product would wait while its rows are converted.

    Args:
        features: [N, D].
        targets: [N, T].
        groups: int [N], from 0 to K − 1.

    Returns:
        K moments.
    """
    count, threads = int(groups.max()) + 1, torch.get_num_threads()
    workers = min(threads, max(1, WORK_BYTES // _bytes_of_products(features, targets, count)))
    blocks = _arrays(features, targets, groups)
    sums: list[_Sums] = []
    with _libraries().limit(limits=threads // workers, user_api="blas"), ThreadPoolExecutor(workers) as pool:
        while batch := list(islice(blocks, workers)):
            if not sums:  # sums about the first block's mean lose nothing to a mean far from zero
                origin = batch[0][0].mean(0, dtype=np.float64)
                sums = [_Sums(origin, targets.shape[1], count) for _ in range(workers)]
            list(pool.map(_Sums.add, sums, *zip(*batch, strict=True)))
    return sums[0].moments(sum(one.products for one in sums))


class _Sums:
    """Products among the features about a fixed point, a constant and the targets, summed over each group's rows.

    Args:
        origin: float64 [D], the fixed point.
        targets: T.
        groups: K.
    """

    def __init__(self, origin: np.ndarray, targets: int, groups: int) -> None:
        self.origin, width = origin, len(origin) + 1 + targets
        self.rows = np.ones((ROWS, width))
        self.products = np.zeros((groups, width, width))

    def add(self, block: np.ndarray, targets: np.ndarray, groups: np.ndarray) -> None:
        """Add features [n, D] and targets [n, T] of groups [n]."""
        for group in np.unique(groups):
            members = groups == group
            own = (block, targets) if members.all() else (block[members], targets[members])
            for start in range(0, len(own[0]), ROWS):
                self._add(group, *(values[start : start + ROWS] for values in own))

    def _add(self, group: int, features: np.ndarray, targets: np.ndarray) -> None:
        dimension = len(self.origin)
        rows = self.rows[: len(features)]
        rows[:, :dimension] = features
        rows[:, :dimension] -= self.origin
        rows[:, dimension + 1 :] = targets
        self.products[group] += rows.T @ rows

    def moments(self, products: np.ndarray) -> list[Moments]:
        """Return the moments of each group from sums about this one's fixed point."""
        return [self._moments(one) for one in products]

    def _moments(self, products: np.ndarray) -> Moments:
        dimension = len(self.origin)
        count = products[dimension, dimension]
        shift, target_mean = products[:dimension, dimension] / count, products[dimension, dimension + 1 :] / count
        gram, cross = products[:dimension, :dimension], products[:dimension, dimension + 1 :]
        return Moments(
            int(count),
            self.origin + shift,
            target_mean,
            gram - count * np.outer(shift, shift),
            cross - count * np.outer(shift, target_mean),
        )


@cache
def _libraries() -> ThreadpoolController:
    """Return what sets the threads of numpy's products; to look the libraries up takes a millisecond."""
    return ThreadpoolController()


def _bytes_of_products(features: Blocks, targets: np.ndarray, groups: int) -> int:
    """Return what a worker holds: every group's sums, and one product that is added to them."""
    return (groups + 1) * (features.shape[1] + 1 + targets.shape[1]) ** 2 * np.dtype(np.float64).itemsize


def _arrays(
    features: Blocks, targets: np.ndarray, groups: np.ndarray
) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Yield the blocks as they are stored, with their rows' targets and groups."""
    start = 0
    for block in features.blocks(features.dtype):
        rows = slice(start, start + len(block))
        yield block.numpy(), targets[rows], groups[rows]
        start = rows.stop

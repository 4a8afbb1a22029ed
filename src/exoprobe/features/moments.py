"""Moments: what a regression needs to know of its rows, from one pass over them, in float64."""

from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from itertools import chain

import numpy as np
import torch
from torch import Tensor

from exoprobe.features.blocks import Blocks

WORK_BYTES = 1 << 28  # of all workers' sums together
AHEAD = 2  # blocks before the workers, so that none waits
ROWS = 384  # that are multiplied at once, in float64: fewer stay in the cache, more spare narrow features calls
COLUMNS = 128  # whose products are computed at once


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
        if not count:
            return self
        apart, targets_apart = other.mean - self.mean, other.target_mean - self.target_mean
        weight, share = self.count * other.count / count, other.count / count
        return Moments(
            count,
            self.mean + share * apart,
            self.target_mean + share * targets_apart,
            self.gram + other.gram + weight * np.outer(apart, apart),
            self.cross + other.cross + weight * np.outer(apart, targets_apart),
        )

    def without(self, other: "Moments") -> "Moments":
        """Return the moments of the rows that are not among those of ``other``, which are some of these, not all."""
        if not other.count:
            return self
        count = self.count - other.count
        share = other.count / count
        apart, targets_apart = share * (other.mean - self.mean), share * (other.target_mean - self.target_mean)
        weight = self.count * count / other.count
        return Moments(
            count,
            self.mean - apart,
            self.target_mean - targets_apart,
            self.gram - other.gram - weight * np.outer(apart, apart),
            self.cross - other.cross - weight * np.outer(apart, targets_apart),
        )


def measure_moments(features: Blocks, targets: np.ndarray) -> Moments:
    """Measure the moments of features [N, D] and targets [N, T] in one pass."""
    (moments,) = measure_group_moments(features, targets, np.zeros(len(targets), int), 1)
    return moments


def measure_group_moments(
    features: Blocks, targets: np.ndarray, groups: np.ndarray, count: int | None = None
) -> list[Moments]:
    """Measure the moments of each group of rows in one pass.

    Each thread sums its own share of every block: threads that share a product would wait while its rows are
    converted. A second run with as many threads gives the same to the last bit.

    Args:
        features: [N, D].
        targets: [N, T].
        groups: int [N], from 0 to K − 1.
        count: K; None for one more than the largest.

    Returns:
        K moments; those of a group without rows are 0.
    """
    count, threads = int(groups.max()) + 1 if count is None else count, torch.get_num_threads()
    workers = min(threads, max(1, WORK_BYTES // _bytes_of_sums(features, targets, count)))
    each = threads // workers
    blocks = _blocks(features, targets, groups)
    first = next(blocks)
    origin = torch.from_numpy(first[0][:ROWS].numpy().mean(0, dtype=np.float64))
    sums = [_Sums(origin, targets.shape[1], count) for _ in range(workers)]
    with ExitStack() as stack:
        stack.callback(torch.set_num_threads, threads)  # what a worker sets is also what later threads begin with
        pools = [stack.enter_context(ThreadPoolExecutor(1, "", torch.set_num_threads, (each,))) for _ in sums]
        waiting: deque[Future[None]] = deque()
        for block in chain([first], blocks):
            for total, pool, share in zip(sums, pools, _shares(block, workers), strict=True):
                waiting.append(pool.submit(total.add, *share))
            while len(waiting) > AHEAD * workers:
                waiting.popleft().result()
        for added in waiting:
            added.result()
    whole, *others = sums
    for other in others:
        whole.products += other.products
    return whole.moments()


class _Sums:
    """Products among the features about a fixed point, a constant and the targets, summed over each group's rows.

    Args:
        origin: float64 [D], the fixed point, of some rows the mean: sums about zero would lose to a mean far off.
        targets: T.
        groups: K.
    """

    def __init__(self, origin: Tensor, targets: int, groups: int) -> None:
        self.origin, width = origin, len(origin) + 1 + targets
        self.rows = torch.ones(ROWS, width, dtype=torch.float64)
        self.products = torch.zeros(groups, width, width, dtype=torch.float64)  # their lower triangles

    def add(self, block: Tensor, targets: np.ndarray, groups: np.ndarray) -> None:
        """Add features [n, D] and targets [n, T] of groups [n]."""
        for group in np.unique(groups):
            members = torch.from_numpy(groups == group)
            features, wanted = block, torch.from_numpy(targets)
            if not members.all():
                features, wanted = features[members], wanted[members]
            for start in range(0, len(features), ROWS):
                self._add(self.products[group], features[start : start + ROWS], wanted[start : start + ROWS])

    def _add(self, products: Tensor, features: Tensor, targets: Tensor) -> None:
        dimension = len(self.origin)
        rows = self.rows[: len(features)]
        torch.sub(features, self.origin, out=rows[:, :dimension])
        rows[:, dimension + 1 :] = targets
        for start in range(0, len(products), COLUMNS):  # little of what lies above the diagonal is computed
            stop = start + COLUMNS
            products[start:stop, :stop].addmm_(rows[:, start:stop].T, rows[:, :stop])

    def moments(self) -> list[Moments]:
        """Return the moments of each group."""
        lower = self.products.tril()
        return [self._moments(products) for products in (lower + lower.tril(-1).mT).numpy()]

    def _moments(self, products: np.ndarray) -> Moments:
        dimension = len(self.origin)
        rows = int(products[dimension, dimension])
        count = max(rows, 1)
        shift, target_mean = products[:dimension, dimension] / count, products[dimension, dimension + 1 :] / count
        gram, cross = products[:dimension, :dimension], products[:dimension, dimension + 1 :]
        return Moments(
            rows,
            self.origin.numpy() + shift,
            target_mean,
            gram - count * np.outer(shift, shift),
            cross - count * np.outer(shift, target_mean),
        )


def _bytes_of_sums(features: Blocks, targets: np.ndarray, groups: int) -> int:
    """Return what a worker holds: every group's sums."""
    return groups * (features.shape[1] + 1 + targets.shape[1]) ** 2 * np.dtype(np.float64).itemsize


def _blocks(
    features: Blocks, targets: np.ndarray, groups: np.ndarray
) -> Iterator[tuple[Tensor, np.ndarray, np.ndarray]]:
    """Yield the blocks as they are stored, with their rows' targets and groups."""
    start = 0
    for block in features.blocks(features.dtype):
        rows = slice(start, start + len(block))
        yield block, targets[rows], groups[rows]
        start = rows.stop


def _shares(
    block: tuple[Tensor, np.ndarray, np.ndarray], workers: int
) -> Iterator[tuple[Tensor, np.ndarray, np.ndarray]]:
    """Yield each worker's rows of a block: as many, or one more."""
    bounds = np.linspace(0, len(block[0]), workers + 1).astype(int)
    for rows in map(slice, bounds, bounds[1:]):
        features, targets, groups = block
        yield features[rows], targets[rows], groups[rows]

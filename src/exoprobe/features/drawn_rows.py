"""A seeded draw of rows, for what must hold them in memory."""

import numpy as np
import torch

from exoprobe.features.blocks import Blocks

LEAST_GROUPS = 10  # no draw rests on fewer where there are so many


def draw_rows(groups: np.ndarray, limit: int, seed: int = 0) -> np.ndarray:
    """Draw whole groups of rows, at random, as many as the limit allows.

    Of a group that holds more than a tenth of the limit (or its even share, of fewer than ten groups) only so many
    rows are drawn, so that a few large groups do not take all.

    Args:
        groups: [N], the group of each row.
        limit: the most rows.
        seed: of the draw.

    Returns:
        int [n], the rows in ascending order; all of them where they are within the limit.
    """
    if len(groups) <= limit:
        return np.arange(len(groups))
    random = np.random.default_rng(seed)
    _, index = np.unique(groups, return_inverse=True)
    turn = random.permutation(index.max() + 1)[index]  # whose turn each row's group has
    shuffled = random.permutation(len(groups))
    rows = shuffled[np.argsort(turn[shuffled], kind="stable")]
    sizes = np.bincount(turn)
    position = np.arange(len(rows)) - np.repeat(np.cumsum(sizes) - sizes, sizes)  # within its group
    largest = max(1, limit // min(LEAST_GROUPS, len(sizes)))
    fits = np.cumsum(np.minimum(sizes, largest)) <= limit
    return np.sort(rows[(position < largest) & fits[turn[rows]]])


def take_rows(features: Blocks, rows: np.ndarray) -> np.ndarray:
    """Read some rows of features [N, D] in one pass.

    Args:
        features: [N, D].
        rows: int [n], ascending.

    Returns:
        [n, D], float32, or float64 where that is stored.
    """
    dtype = torch.promote_types(features.dtype, torch.float32)
    chosen, start = np.zeros(features.shape[0], bool), 0
    chosen[rows] = True
    taken = []
    for block in features.blocks(dtype):
        taken.append(block.numpy()[chosen[start : start + len(block)]])
        start += len(block)
    return np.concatenate(taken)

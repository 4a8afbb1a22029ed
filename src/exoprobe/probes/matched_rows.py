"""Which rows to leave out instead of those with one level of a factor, so that as much is left to learn from."""

from collections.abc import Sequence

import numpy as np

CANDIDATES = 10  # random choices of which the best matched one is taken


def matched_rows(
    levels: np.ndarray, left_out: int, labels: np.ndarray, units: np.ndarray, draws: int, seed: int = 0
) -> np.ndarray:
    """Draw rows of any level, as many and as alike as those of one level, several times.

    Whole units with the level are replaced by as many whole units of one level each. Where units have several levels,
    their rows of one level and label are replaced by as many such rows of any units. Both are drawn among rows of the
    same label (of a unit, its most frequent one). Of several choices the one of the closest numbers of rows is taken. A
    model without these rows has seen the level, and has otherwise learned from as many units and rows of each label.

    Args:
        levels: int [n], of the factor.
        left_out: the level whose rows are replaced.
        labels: int [n], classes of the label.
        units: int [n], what is independent.
        draws: how many times.
        seed: of the draws.

    Returns:
        bool [draws, n].
    """
    blocks, strata, is_mixed = _blocks(levels, labels, units)
    is_left_out = np.bincount(blocks, levels == left_out) > 0
    counts = np.zeros((len(strata), labels.max() + 1))
    np.add.at(counts, (blocks, labels), 1)
    wanted = counts[is_left_out].sum(0)
    sizes = np.where(is_mixed, counts.sum(1), 1)
    members = [np.flatnonzero(strata == stratum) for stratum in np.unique(strata[is_left_out])]
    limits = [sizes[blocks_of][is_left_out[blocks_of]].sum() for blocks_of in members]
    random, chosen = np.random.default_rng(seed), []
    for _ in range(draws):
        candidates = [_draw(members, limits, sizes, random) for _ in range(CANDIDATES)]
        chosen.append(min(candidates, key=lambda drawn: float(np.abs(counts[drawn].sum(0) - wanted).sum())))
    return np.stack(chosen)[:, blocks]


def _blocks(levels: np.ndarray, labels: np.ndarray, units: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each row's block [n], left out together, each block's stratum, and if its unit has other levels."""
    _, units = np.unique(units, return_inverse=True)
    of_level = np.unique(units * (levels.max() + 1) + levels)
    is_mixed = (np.bincount(of_level // (levels.max() + 1)) > 1)[units]
    inner = np.where(is_mixed, 1 + levels * (labels.max() + 1) + labels, 0)
    _, blocks = np.unique(units * (inner.max() + 1) + inner, return_inverse=True)
    counts = np.zeros((blocks.max() + 1, labels.max() + 1))
    np.add.at(counts, (blocks, labels), 1)
    mixed = np.bincount(blocks, is_mixed) > 0
    return blocks, counts.argmax(1) + mixed * (labels.max() + 1), mixed


def _draw(
    members: Sequence[np.ndarray], limits: Sequence[float], sizes: np.ndarray, random: np.random.Generator
) -> np.ndarray:
    """Draw blocks of each stratum, given by their indices, of about as large sizes in sum as its limit: bool [B]."""
    chosen = np.zeros(len(sizes), bool)
    for blocks, limit in zip(members, limits, strict=True):
        order = random.permutation(blocks)
        chosen[order[np.cumsum(sizes[order]) - sizes[order] / 2 <= limit]] = True
    return chosen

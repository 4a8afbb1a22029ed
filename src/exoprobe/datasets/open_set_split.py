"""Open-set splits: identities to train on, and identities that the network never sees."""

from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.samples import SPLITS

HELD_OUT = 3  # of a known identity's images, every third is not trained on


@dataclass(frozen=True)
class OpenSetSplit:
    """The role of each row for one network.

    Attributes:
        fitted: bool [N], images of known identities, to train on and to enroll.
        held_out: bool [N], other images of the same identities, never used for training or selection.
        unseen: bool [N], images of identities that are not trained on.
    """

    fitted: np.ndarray
    held_out: np.ndarray
    unseen: np.ndarray


def split_identities(groups: np.ndarray, splits: np.ndarray, *, folds: int, seed: int) -> list[OpenSetSplit]:
    """Split identities into known and unseen ones; without official partitions, each is unseen in one fold.

    Args:
        groups: int [N], the identities.
        splits: [N]; official partitions are one fold of train against test, folds are drawn anew.
        folds: how many, where there are no official partitions.
        seed: of the split.
    """
    random = np.random.default_rng(seed)
    held_out = _held_out(groups, random)
    if set(splits) <= set(SPLITS):
        known = splits == SPLITS[0]
        return [OpenSetSplit(known & ~held_out, known & held_out, splits == SPLITS[2])]
    identities = np.array_split(random.permutation(np.unique(groups)), folds)
    unseen = [np.isin(groups, members) for members in identities]
    return [OpenSetSplit(~rows & ~held_out, ~rows & held_out, rows) for rows in unseen]


def _held_out(groups: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Draw a third of each identity's images, none of identities with fewer than three: bool [N]."""
    shuffled = random.permutation(len(groups))
    order = shuffled[np.argsort(groups[shuffled], kind="stable")]
    _, starts, counts = np.unique(groups[order], return_index=True, return_counts=True)
    rank = np.arange(len(order)) - np.repeat(starts, counts)
    held_out = np.zeros(len(groups), bool)
    held_out[order[rank < np.repeat(counts // HELD_OUT, counts)]] = True
    return held_out

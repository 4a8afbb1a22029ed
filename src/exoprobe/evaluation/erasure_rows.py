"""Which rows an eraser is fitted on, and which other rows say whether it erased.

On its own rows an eraser is perfect, whatever it leaves on others. So it is fitted on one half of the training groups,
and new probes are fitted on the other half, after the erasure.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.datasets.group_split import draw_split
from exoprobe.probes.probe_data import Representation

HALVES = (0.5, 0.5)  # eraser, probes
MOST_FOLDS = 5  # more are joined
FOLD_SHARES = (0.4, 0.4, 0.2)  # of a fold's other rows: eraser, probes, and to tune these on


@dataclass(frozen=True)
class ErasureRows:
    """The rows of one erasure, bool [N] each; no group is in two of ``eraser``, ``train``, ``validation``, ``test``.

    Attributes:
        known: all rows but those that are scored, to learn labels from.
        eraser: to fit the eraser on.
        train: to fit probes on.
        validation: to choose their settings on.
        test: to score them on.
    """

    known: np.ndarray
    eraser: np.ndarray
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray


def erasure_rows(source: Representation, factors: Sequence[Factor]) -> list[ErasureRows]:
    """Plan the erasures of a representation: one, or one for each of at most five folds.

    Args:
        source: the representation, with one split or with folds.
        factors: of its N samples; their values are spread evenly.
    """
    folds = source.folds()
    if len(folds) == 1:
        (fold,) = folds
        splits = split_rows(source.groups, fold.train, factors, HALVES)
        return [ErasureRows(fold.train, splits == 0, splits == 1, fold.tuning[0][1], fold.test)]
    planned = []
    for joined in np.array_split(np.arange(len(folds)), min(len(folds), MOST_FOLDS)):
        test = np.any([folds[number].test for number in joined], axis=0)
        splits = split_rows(source.groups, ~test, factors, FOLD_SHARES)
        planned.append(ErasureRows(~test, splits == 0, splits == 1, splits == 2, test))
    return planned


def split_rows(
    groups: np.ndarray, rows: np.ndarray, factors: Sequence[Factor], shares: Sequence[float], seed: int = 0
) -> np.ndarray:
    """Split some rows, bool [N], by group into splits: the number of each row's split, −1 elsewhere, int [N]."""
    _, codes = np.unique(groups[rows], return_inverse=True)
    classes = [factor.values[rows] for factor in factors if factor.kind in CLASSES]
    splits = np.full(len(groups), -1)
    splits[rows] = draw_split(codes, classes, seed, shares)
    return splits


def erasable(factor: Factor, planned: Sequence[ErasureRows]) -> bool:
    """Return whether a factor's values are in all rows that erasers and probes are fitted and tuned on."""
    for rows in planned:
        fitted = [factor.values[mask & factor.known] for mask in (rows.eraser, rows.train)]
        if factor.kind in CLASSES:
            enough = all(len(np.unique(values)) == len(factor.categories) for values in fitted)
        else:
            enough = all(len(np.unique(values)) > 1 for values in fitted)
        if not enough or not (rows.validation & factor.known).any():
            return False
    return True

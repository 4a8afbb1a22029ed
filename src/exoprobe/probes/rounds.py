"""Which rows a probe is fitted on, tuned on and scored on: one split, or cross-validation over folds."""

from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.samples import SPLITS, check_splits, split_names
from exoprobe.errors import ExoprobeError

LEAST_FOLDS = 3
INNER_FOLDS = 3  # into which the other folds are joined when a setting is chosen


@dataclass(frozen=True)
class Round:
    """One fit, scored once.

    Attributes:
        name: of the split that is scored.
        train: rows to fit on, bool [N].
        test: rows to score, bool [N].
        tuning: pairs of rows, bool [N] each, to fit on and to look at when a setting is chosen; disjoint from
            ``test``.
    """

    name: str
    train: np.ndarray
    test: np.ndarray
    tuning: list[tuple[np.ndarray, np.ndarray]]


def plan_rounds(groups: np.ndarray, splits: np.ndarray) -> list[Round]:
    """Plan how a dataset is evaluated.

    With official partitions: fit on train, tune on validation, score test. With folds: each in turn is scored,
    and settings are chosen by an inner cross-validation over the others.

    Args:
        groups: [N], rows of one group are never apart.
        splits: [N].

    Raises:
        ExoprobeError: where a group is in two splits, a partition is empty, or there are too few folds to tune.
    """
    check_splits(groups, splits)
    names = split_names(splits)
    rows = {name: splits == name for name in names}
    if set(names) & set(SPLITS):
        for lacking in set(SPLITS) - set(names):
            raise ExoprobeError(f"no image is in the {lacking} partition; train, validation and test are needed")
        return [Round("test", rows["train"], rows["test"], [(rows["train"], rows["validation"])])]
    if len(names) < LEAST_FOLDS:
        raise ExoprobeError(f"{len(names)} folds; at least {LEAST_FOLDS} are needed to fit, tune and score apart")
    return [_fold_round(rows, name) for name in names]


def _fold_round(rows: dict[str, np.ndarray], name: str) -> Round:
    others = [mask for other, mask in rows.items() if other != name]
    train = np.any(others, axis=0)
    held_out = [np.any(others[start::INNER_FOLDS], axis=0) for start in range(min(INNER_FOLDS, len(others)))]
    return Round(name, train, rows[name], [(train & ~mask, mask) for mask in held_out])

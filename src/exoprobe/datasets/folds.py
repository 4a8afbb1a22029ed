"""Which rows a probe is fitted on, tuned on and scored on: one split, or cross-validation over folds."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.samples import SPLITS, check_splits, split_names
from exoprobe.errors import ExoprobeError

MIN_FOLDS = 3
INNER_FOLDS = 3  # into which the other folds are joined when settings are chosen


@dataclass(frozen=True)
class Fold:
    """Rows of one fit, whose test rows are scored once.

    Attributes:
        name: of the split that is scored.
        train: rows to fit on, bool [N].
        test: rows to score, bool [N].
        tuning: pairs of rows, bool [N] each, to fit on and to choose settings on; disjoint from ``test``.
    """

    name: str
    train: np.ndarray
    test: np.ndarray
    tuning: list[tuple[np.ndarray, np.ndarray]]


def plan_folds(groups: np.ndarray, splits: np.ndarray) -> list[Fold]:
    """Plan how a dataset is evaluated.

    With train, validation and test: fit on train, tune on validation, score test. With folds: each in turn is scored,
    and settings are chosen by an inner cross-validation over the others.

    Args:
        groups: [N]; rows of one group stay together.
        splits: [N].

    Raises:
        ExoprobeError: where a group is in two splits, a split is empty, or there are too few folds to tune.
    """
    check_splits(groups, splits)
    return _plan(splits)


def plan_repeats(repeats: np.ndarray) -> list[list[Fold]]:
    """Plan further cross-validations of a dataset.

    Args:
        repeats: the number of each row's fold in each of R of them, [N, R].
    """
    return [_plan(fold_names(numbers)) for numbers in repeats.T]


def fold_names(numbers: np.ndarray) -> np.ndarray:
    """Return the names of folds by their numbers [N]."""
    return np.array([f"fold_{number}" for number in range(int(numbers.max()) + 1)])[numbers]


def rows_needed(splits: np.ndarray) -> dict[str, np.ndarray]:
    """Return the rows, bool [N] by what they are called, in each of which a factor's values must be.

    They are train, validation and test or, of folds, all that is fitted on while settings are chosen.
    """
    names = split_names(splits)
    if set(names) <= set(SPLITS):
        return {name: splits == name for name in names}
    pairs = {fold.name: fold.tuning for fold in _plan(splits)}
    return {
        f"{name}, inner fold {index}": train
        for name, tuning in pairs.items()
        for index, (train, _) in enumerate(tuning)
    }


def _plan(splits: np.ndarray) -> list[Fold]:
    names = split_names(splits)
    rows = {name: splits == name for name in names}
    if set(names) & set(SPLITS):
        for missing in set(SPLITS) - set(names):
            raise ExoprobeError(f"no sample is in the split {missing}; train, validation and test are needed")
        return [Fold("test", rows["train"], rows["test"], [(rows["train"], rows["validation"])])]
    if len(names) < MIN_FOLDS:
        raise ExoprobeError(f"{len(names)} folds; at least {MIN_FOLDS} are needed to fit, tune and score apart")
    return [_plan_fold(list(rows.values()), index, name) for index, name in enumerate(names)]


def inner_folds(count: int, test: int) -> list[list[int]]:
    """Return the numbers of the folds that settings are chosen on while one of so many folds is test."""
    others = [number for number in range(count) if number != test]
    return [others[start::INNER_FOLDS] for start in range(min(INNER_FOLDS, len(others)))]


def _plan_fold(rows: Sequence[np.ndarray], test: int, name: str) -> Fold:
    train = ~rows[test]
    held_out = [np.any([rows[number] for number in numbers], axis=0) for numbers in inner_folds(len(rows), test)]
    return Fold(name, train, rows[test], [(train & ~mask, mask) for mask in held_out])

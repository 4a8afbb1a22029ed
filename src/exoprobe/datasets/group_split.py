"""Splits by group: a random one, or a check of the one that the user gives."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from exoprobe.datasets.folds import fold_names, inner_folds
from exoprobe.datasets.row_names import row_name
from exoprobe.datasets.samples import SPLITS
from exoprobe.errors import ExoprobeError

FOLDS_BELOW = 500  # groups: of fewer, each is test once
LEAVE_ONE_OUT = 12  # groups at most, each a fold of its own …
FOLDS = {50: 10, FOLDS_BELOW: 5}  # … below 50 ten folds, below that five
MOST_FOLDS, REPEATED_ROWS = 25, 4_000  # folds of all cross-validations, and rows in those after the first
LEAST_GROUPS_IN_ALL = 6  # with fewer, the inner folds have one group or two to fit on
SHARES = (0.60, 0.15, 0.25)  # of the rows, in the order of SPLITS
LEAST_GROUPS = 3  # in each split
DRAWS = (5, 200)  # how many random splits are compared, at least and at most …
DRAWN_VALUES = 40_000_000  # … and how many values may be counted in all of them


def check_groups(groups: np.ndarray) -> None:
    """Refuse to split too few groups, [N].

    Raises:
        ExoprobeError: where there are fewer than six.
    """
    count = len(np.unique(groups))
    if count < LEAST_GROUPS_IN_ALL:
        raise ExoprobeError(
            f"{count} groups cannot be split; at least {LEAST_GROUPS_IN_ALL} are needed to fit, tune and test on "
            "different ones: give more rows, or a group column with more values"
        )


def make_split(groups: np.ndarray, classes: Sequence[np.ndarray], seed: int) -> np.ndarray:
    """Assign whole groups at random to train, validation and test or, where they are few, to folds.

    Of many random splits, the chosen one lacks the fewest factor values; ties go to the most even shares. In one split
    of few groups, test has so few that it decides the verdict who they are; with folds, each group is test once.

    Args:
        groups: codes from 0, [N].
        classes: codes of the values of factors, float64 [N] each, NaN where unknown.
        seed: of the random splits.

    Returns:
        The name of each row's split, see :mod:`exoprobe.datasets.samples`, [N].

    Raises:
        ExoprobeError: where there are too few groups.
    """
    check_groups(groups)
    if len(np.unique(groups)) >= FOLDS_BELOW:
        return np.array(SPLITS)[draw_split(groups, classes, seed, SHARES, LEAST_GROUPS)]
    return fold_names(make_folds(groups, classes, seed))


def make_repeats(groups: np.ndarray, classes: Sequence[np.ndarray], seed: int) -> np.ndarray:
    """Assign whole groups to folds again and again: the number of each row's fold in each repeat, uint8 [N, R].

    One draw of folds moves the skill in few rows. None is drawn anew for many rows, where groups are left out one by
    one, or where there are no folds.

    Args:
        groups: see :func:`make_split`.
        classes: likewise.
        seed: likewise.
    """
    count = 0
    if LEAVE_ONE_OUT < (different := len(np.unique(groups))) < FOLDS_BELOW:
        count = min(MOST_FOLDS // fold_count(different) - 1, REPEATED_ROWS // len(groups))
    drawn = [make_folds(groups, classes, [seed, repeat]) for repeat in range(1, count + 1)]
    return np.array(drawn, np.uint8).reshape(count, len(groups)).T


def fold_count(groups: int) -> int:
    """Return into how many folds so many groups are put."""
    if groups <= LEAVE_ONE_OUT:
        return groups
    return next((folds for below, folds in FOLDS.items() if groups < below), min(FOLDS.values()))


def make_folds(groups: np.ndarray, classes: Sequence[np.ndarray], seed: int | Sequence[int]) -> np.ndarray:
    """Assign whole groups to folds, equally many to each: each row's number, [N]; see :func:`make_split`."""
    sizes, counted, rng = np.bincount(groups), _counted(groups, classes), np.random.default_rng(seed)
    folds = fold_count(len(sizes))
    held_out = [[test, *numbers] for test in range(folds) for numbers in inner_folds(folds, test)]
    fitted = np.array([~np.isin(np.arange(folds), numbers) for numbers in held_out])
    even = np.arange(len(sizes)) % folds
    candidates = (rng.permutation(even)[groups] for _ in range(_draws(groups, counted)))
    return min(candidates, key=lambda split: _unevenness(split, counted, np.full(folds, 1 / folds), fitted))


def draw_split(
    groups: np.ndarray, classes: Sequence[np.ndarray], seed: int, shares: Sequence[float], least: int = 1
) -> np.ndarray:
    """Assign whole groups at random to splits of so large shares of the rows: the number of each row's split, [N].

    Args:
        groups: codes from 0, [N].
        classes: see :func:`make_split`.
        seed: likewise.
        shares: of each of P splits.
        least: groups in each; there must be P times as many.
    """
    sizes, counted, rng = np.bincount(groups), _counted(groups, classes), np.random.default_rng(seed)
    wanted = np.array(shares)
    candidates = (_draw_candidate(sizes, wanted, least, rng)[groups] for _ in range(_draws(groups, counted)))
    return min(candidates, key=lambda splits: _unevenness(splits, counted, wanted, np.eye(len(wanted))))


def _counted(groups: np.ndarray, classes: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Return what is spread evenly: rows, as one value, and the values of each factor, -1 where unknown."""
    return [groups * 0, *(np.where(np.isnan(codes), -1, codes).astype(np.int64) for codes in classes)]


def _draws(groups: np.ndarray, counted: Sequence[np.ndarray]) -> int:
    return int(np.clip(DRAWN_VALUES // (len(groups) * len(counted)), *DRAWS))


def given_split(groups: np.ndarray, names: pd.Series, group_names: Sequence[object]) -> np.ndarray:
    """Check a split that the user gives.

    Args:
        groups: codes from 0, [N].
        names: the split of every row; its index gives their rows in the user's table.
        group_names: what the codes stand for.

    Returns:
        Indices into :data:`exoprobe.datasets.samples.SPLITS`, [N].

    Raises:
        ExoprobeError: where a row's split is unknown, a group is in two, or a split has too few groups.
    """
    names = names.map(lambda name: name.strip().casefold() if isinstance(name, str) else name)
    if (odd := names[~names.isin(SPLITS)]).size:
        raise ExoprobeError(
            f"{names.name} is {str(odd.iloc[0])!r} in {row_name(odd.index)}; allowed: {', '.join(SPLITS)}"
        )
    splits = names.map({name: index for index, name in enumerate(SPLITS)}).to_numpy(np.int64)
    first = np.zeros(groups.max() + 1, np.int64)
    first[groups[::-1]] = splits[::-1]
    if (crossing := np.flatnonzero(splits != first[groups])).size:
        row = crossing[0]
        raise ExoprobeError(
            f"group {group_names[groups[row]]} is in two splits, {SPLITS[first[groups[row]]]} and "
            f"{SPLITS[splits[row]]}, in {row_name(names.index, row)}; a group must stay in one"
        )
    for index, count in enumerate(np.bincount(first, minlength=len(SPLITS))):
        if count < LEAST_GROUPS:
            raise ExoprobeError(
                f"{names.name} puts {count} groups into {SPLITS[index]}; it needs {LEAST_GROUPS}: call that many of "
                f"another split's {SPLITS[index]}, or give no split to have one made"
            )
    return splits


def draw_groups(groups: np.ndarray, rows: int, seed: int) -> np.ndarray:
    """Draw whole groups at random, up to a number of rows.

    Args:
        groups: codes from 0, [N].
        rows: how many rows at most.
        seed: of the draw.

    Returns:
        Which rows, bool [N].
    """
    sizes = np.bincount(groups)
    order = np.random.default_rng(seed).permutation(len(sizes))
    chosen = np.zeros(len(sizes), bool)
    chosen[order[np.cumsum(sizes[order]) <= rows]] = True
    return chosen[groups]


def _draw_candidate(sizes: np.ndarray, shares: np.ndarray, least: int, rng: np.random.Generator) -> np.ndarray:
    """Return a split per group: shuffled groups, cut where the shares of rows are met best."""
    order = rng.permutation(len(sizes))
    ends = np.cumsum(sizes[order])
    splits, cut = np.empty(len(sizes), int), 0
    for split, rows in enumerate(np.cumsum(shares)[:-1] * ends[-1]):
        last = len(sizes) - (len(shares) - 1 - split) * least
        end = int(np.clip(np.argmin(np.abs(ends - rows)) + 1, cut + least, last))
        splits[order[cut:end]], cut = split, end
    splits[order[cut:]] = len(shares) - 1
    return splits


def _unevenness(
    splits: np.ndarray, counted: Sequence[np.ndarray], wanted: np.ndarray, needed: np.ndarray
) -> tuple[int, float]:
    """Return how many values are lacking, and how far the values' shares are from those wanted, on average.

    Args:
        splits: codes [N] of P splits.
        counted: of :func:`_counted`.
        wanted: shares [P].
        needed: 0 or 1 [sets, P], the splits of each set, in which together every value must be.
    """
    lacking, distances = 0, []
    for codes in counted:
        known = codes >= 0
        kinds = codes[known].max(initial=-1) + 1
        counts = np.bincount(splits[known] * kinds + codes[known], minlength=len(wanted) * kinds)
        counts = counts.reshape(len(wanted), kinds)
        lacking += int((needed @ counts == 0).sum())
        shares = counts / np.maximum(counts.sum(0), 1)
        distances.append(np.abs(shares - wanted[:, None]).mean())
    return lacking, float(distances[0] + np.mean(distances))

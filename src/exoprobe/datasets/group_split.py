"""Splits by group: a random one, or a check of the one that the user gives."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from exoprobe.datasets.samples import SPLITS
from exoprobe.errors import ExoprobeError

SHARES = (0.60, 0.15, 0.25)  # of the rows, in the order of SPLITS
LEAST_GROUPS = 3  # in each split
DRAWS = (5, 200)  # how many random splits are compared, at least and at most …
DRAWN_VALUES = 40_000_000  # … and how many values may be counted in all of them


def check_groups(groups: np.ndarray) -> None:
    """Refuse to split too few groups, [N].

    Raises:
        ExoprobeError: where train, validation and test cannot have three each.
    """
    count = len(np.unique(groups))
    if count < LEAST_GROUPS * len(SPLITS):
        raise ExoprobeError(
            f"{count} groups cannot be split; train, validation and test need {LEAST_GROUPS} each, so "
            f"{LEAST_GROUPS * len(SPLITS)} in all: give more rows, or a group column with more values"
        )


def make_split(groups: np.ndarray, classes: Sequence[np.ndarray], seed: int) -> np.ndarray:
    """Assign whole groups to splits at random, so that rows and factor values are spread evenly.

    Of many random splits, the chosen one lacks the fewest factor values; ties go to the most even shares.

    Args:
        groups: codes from 0, [N].
        classes: codes of the values of factors, float64 [N] each, NaN where unknown.
        seed: of the random splits.

    Returns:
        Indices into :data:`exoprobe.datasets.samples.SPLITS`, [N].

    Raises:
        ExoprobeError: where there are too few groups.
    """
    check_groups(groups)
    sizes = np.bincount(groups)
    counted = [groups * 0, *(np.where(np.isnan(codes), -1, codes).astype(np.int64) for codes in classes)]
    rng = np.random.default_rng(seed)
    draws = int(np.clip(DRAWN_VALUES // (len(groups) * len(counted)), *DRAWS))
    candidates = (_draw_split(sizes, rng)[groups] for _ in range(draws))
    return min(candidates, key=lambda split: _unevenness(split, counted))


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
            f"{names.name} is {str(odd.iloc[0])!r} in row {odd.index[0]} (from 0); allowed: {', '.join(SPLITS)}"
        )
    splits = names.map({name: index for index, name in enumerate(SPLITS)}).to_numpy(np.int64)
    first = np.zeros(groups.max() + 1, np.int64)
    first[groups[::-1]] = splits[::-1]
    if (crossing := np.flatnonzero(splits != first[groups])).size:
        row = crossing[0]
        raise ExoprobeError(
            f"group {group_names[groups[row]]} is in two splits, {SPLITS[first[groups[row]]]} and "
            f"{SPLITS[splits[row]]} (row {names.index[row]}, from 0); a group must stay in one"
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


def _draw_split(sizes: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Return a split per group: shuffled groups, cut where the shares of rows are met best."""
    order = rng.permutation(len(sizes))
    ends = np.cumsum(sizes[order])
    wanted = np.cumsum(SHARES)[:-1] * ends[-1]
    cuts = [int(np.argmin(np.abs(ends - rows))) + 1 for rows in wanted]
    train = int(np.clip(cuts[0], LEAST_GROUPS, len(sizes) - 2 * LEAST_GROUPS))
    validation = int(np.clip(cuts[1], train + LEAST_GROUPS, len(sizes) - LEAST_GROUPS))
    splits = np.full(len(sizes), 2)
    splits[order[:train]], splits[order[train:validation]] = 0, 1
    return splits


def _unevenness(splits: np.ndarray, counted: Sequence[np.ndarray]) -> tuple[int, float]:
    """Return how many values a split lacks, and how far the values' shares are from those wanted, on average."""
    lacking, distances = 0, []
    for codes in counted:
        known = codes >= 0
        kinds = codes[known].max(initial=-1) + 1
        counts = np.bincount(splits[known] * kinds + codes[known], minlength=len(SPLITS) * kinds)
        counts = counts.reshape(len(SPLITS), kinds)
        lacking += int((counts == 0).sum())
        shares = counts / np.maximum(counts.sum(0), 1)
        distances.append(np.abs(shares - np.array(SHARES)[:, None]).mean())
    return lacking, float(distances[0] + np.mean(distances))

"""Categories that too few test groups hold to be judged."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from exoprobe.datasets.factors import CLASSES, Factor

MIN_RAREST_GROUPS = 5  # in test, that hold the rarest value


def smallest_groups(factor: Factor, values: np.ndarray, groups: np.ndarray, left_out: Sequence[str] = ()) -> int | None:
    """Return how many groups hold the rarest value; None of numbers.

    Args:
        factor: for its kind and categories.
        values: [n], of some rows.
        groups: [n].
        left_out: categories that do not count.
    """
    if factor.kind not in CLASSES:
        return None
    counts = groups_of_categories(factor, values, groups)
    return min(count for name, count in zip(factor.categories, counts, strict=True) if name not in left_out)


def groups_of_categories(factor: Factor, values: np.ndarray, groups: np.ndarray) -> list[int]:
    """Return how many groups [n] hold each category among values [n]."""
    return [len(np.unique(groups[values == code])) for code in range(len(factor.categories))]


def without_rare(factor: Factor, groups: np.ndarray) -> tuple[Factor, tuple[str, ...]]:
    """Leave out categories that fewer than MIN_RAREST_GROUPS groups hold, if two others are left.

    Args:
        factor: of the n test samples.
        groups: [n].

    Returns:
        The factor, unknown where a category is left out, and these categories.
    """
    if factor.kind not in CLASSES:
        return factor, ()
    rare = np.array(groups_of_categories(factor, factor.values, groups)) < MIN_RAREST_GROUPS
    if not rare.any() or (~rare).sum() < 2:
        return factor, ()
    values = np.where(np.isin(factor.values, np.flatnonzero(rare)), np.nan, factor.values)
    return replace(factor, values=values), tuple(np.array(factor.categories)[rare].tolist())

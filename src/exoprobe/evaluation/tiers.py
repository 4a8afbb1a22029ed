"""Tiers of representations that the data tell apart, instead of ranks."""

from collections.abc import Collection

import numpy as np
import pandas as pd

LEVEL = 0.05
PROBE = "linear"  # whose differences are compared
TIER_COLUMNS = ["tier", "rank_low", "rank_high"]


def tier_table(differences: pd.DataFrame, controls: Collection[str] = ()) -> pd.DataFrame:
    """Sort the representations of each factor into tiers, those that encode it least first.

    The first tier has the representations that no other is surely below; the next ones are the same of what is left.
    Ranks are the simultaneous confidence sets of Mogstad, Romano, Shaikh and Wilhelm (Review of Economic Studies 2024):
    from one more than the number of representations that are surely below, to all but those that are surely above.
    The p-values are corrected over all pairs and factors (Holm), so that with a probability of 95 % no tier or rank of
    the audit separates two equally good representations.

    Args:
        differences: table of :func:`exoprobe.evaluation.audit_scores.audit_scores`.
        controls: representations that have no tier.

    Returns:
        A row per factor and representation: ``factor``, ``representation``, ``tier``, ``rank_low``, ``rank_high``; none
        of a single representation.
    """
    rows = []
    left_out = differences["representation"].isin(controls) | differences["other"].isin(controls)
    for factor, pairs in differences[(differences["probe"] == PROBE) & ~left_out].groupby("factor", sort=False):
        names = list(dict.fromkeys([*pairs["representation"], *pairs["other"]]))
        below = _surely_below(pairs, names)
        ranks = zip(1 + below.sum(0), len(names) - below.sum(1), strict=True)
        for name, tier, rank in zip(names, _tiers(below), ranks, strict=True):
            rows.append((factor, name, tier, *rank))
    return pd.DataFrame(rows, columns=["factor", "representation", *TIER_COLUMNS])


def _surely_below(pairs: pd.DataFrame, names: list[str]) -> np.ndarray:
    """Return a matrix [K, K]: is the skill of the row's representation surely below that of the column's?"""
    index = {name: position for position, name in enumerate(names)}
    below = np.zeros((len(names), len(names)), bool)
    sure = pairs[pairs["p_holm"] <= LEVEL]
    for first, second, difference in zip(sure["representation"], sure["other"], sure["difference"], strict=True):
        lower, higher = (first, second) if difference < 0 else (second, first)
        below[index[lower], index[higher]] = True
    return below


def _tiers(below: np.ndarray) -> np.ndarray:
    """Return the tier of each representation, counted from 1."""
    tiers = np.zeros(len(below), int)
    while (left := tiers == 0).any():
        first = left & ~below[left].any(0)
        tiers[first if first.any() else left] = tiers.max() + 1
    return tiers

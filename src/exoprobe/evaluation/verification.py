"""Verification: do two samples have the same label? By the cosine similarity of all pairs."""

from dataclasses import dataclass

import numpy as np

from exoprobe.evaluation.intervals import group_weights
from exoprobe.evaluation.recognition import UNDEFINED, Estimate
from exoprobe.features.cosine import cosine_similarities
from exoprobe.features.drawn_rows import draw_rows

FINE = 1 << 20  # bins of equal width that similarities are counted in
LEVELS = 1024  # these, merged into bins of about equal counts: measures depend on ranks only
MOST_ROWS = 2_000  # compared with each other
ACROSS, WITHIN = "across", "within"  # pairs of two groups, of one


def verification_rows(labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Draw whole groups of rows whose label is known (not −1), at most 2,000 rows: int [n], ascending."""
    known = np.flatnonzero(labels >= 0)
    rows: np.ndarray = known[draw_rows(groups[known], MOST_ROWS)]
    return rows


@dataclass(frozen=True)
class PairCounts:
    """Pairs by the level of their similarity, in the sample itself (first) and in each draw of its groups.

    Attributes:
        genuine: float64 [1 + RESAMPLES, LEVELS], from the least similar on.
        impostor: likewise.
    """

    genuine: np.ndarray
    impostor: np.ndarray


def verification(
    features: np.ndarray, labels: np.ndarray, groups: np.ndarray, *, label_is_group: bool
) -> dict[str, Estimate]:
    """Measure how well cosine similarity separates pairs of one label (genuine) from pairs of two (impostor).

    Args:
        features: [n, D], the rows of :func:`verification_rows`.
        labels: int [n].
        groups: int [n].
        label_is_group: whether both are the same.

    Returns:
        ``verification_auc`` and ``equal_error_rate``, from 0 to 1, rank-accurate to 1e-3; undefined where there
        are no genuine or no impostor pairs.
    """
    counts = count_pairs(features, labels, groups, label_is_group=label_is_group)
    if counts is None:
        return dict.fromkeys(("verification_auc", "equal_error_rate"), UNDEFINED)
    return {"verification_auc": area_under_curve(counts), "equal_error_rate": equal_error_rate(counts)}


def count_pairs(
    features: np.ndarray,
    labels: np.ndarray,
    groups: np.ndarray,
    *,
    label_is_group: bool,
    weights: np.ndarray | None = None,
) -> PairCounts | None:
    """Count genuine and impostor pairs by their similarity; None where there are none of one kind.

    Genuine pairs within a group are left out, since views of one source match by themselves, unless the label is
    the group.

    Args:
        features: [n, D], the rows of :func:`verification_rows`.
        labels: int [n].
        groups: int [n].
        label_is_group: whether both are the same.
        weights: [RESAMPLES, G], how often each of the sorted unique groups is drawn; None to draw here.
    """
    _, groups = np.unique(groups, return_inverse=True)
    pairs = _pairs(labels, groups, label_is_group)
    if not all(any(mask.any() for mask in masks.values()) for masks in pairs.values()):
        return None
    levels = _levels(features, *(np.logical_or(*masks.values()) for masks in pairs.values()))
    weights = group_weights(groups) if weights is None else weights
    weights = np.vstack([np.ones_like(weights[:1]), weights]).astype(np.float32)
    return PairCounts(**{kind: _histograms(levels, masks, groups, weights) for kind, masks in pairs.items()})


def _pairs(labels: np.ndarray, groups: np.ndarray, label_is_group: bool) -> dict[str, dict[str, np.ndarray]]:
    """Return which ordered pairs [n, n] are genuine and which impostor, each across and within groups."""
    same_label, same_group = labels[:, None] == labels, groups[:, None] == groups
    counted = ~np.eye(len(labels), dtype=bool) & label_is_group
    return {
        "genuine": {ACROSS: same_label & ~same_group, WITHIN: same_label & same_group & counted},
        "impostor": {ACROSS: ~same_label & ~same_group, WITHIN: ~same_label & same_group},
    }


def _levels(features: np.ndarray, genuine: np.ndarray, impostor: np.ndarray) -> np.ndarray:
    """Return the rank of each pair's similarity among both kinds of pairs, alike in weight: int [n, n] < LEVELS."""
    similarities = cosine_similarities(features, features)
    low, high = similarities.min(), similarities.max()
    scale = (FINE - 1) / (high - low) if high > low else 0.0
    fine = ((similarities - low) * scale).astype(np.int32)
    shares = [np.bincount(fine[kind], minlength=FINE) / kind.sum() for kind in (genuine, impostor)]
    below = np.cumsum(sum(shares)) / 2
    levels: np.ndarray = np.minimum(below * LEVELS, LEVELS - 1).astype(np.int32)[fine]
    return levels


def _histograms(
    levels: np.ndarray, masks: dict[str, np.ndarray], groups: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Count one kind of pairs by level, for each draw of groups: float64 [draws, LEVELS].

    A pair within a group has the group's weight w. A pair of two has w + w' − 1, to first order the w · w' of
    drawing both. (Resampling each group's own scores, the subsets bootstrap of Bolle, Ratha and Pankanti 2004,
    would give it their mean: intervals half as wide where pairs across groups decide.)
    """
    weighted = ((weights - 0.5, masks[ACROSS]), (weights / 2, masks[WITHIN]))  # an ordered pair is half of one
    sums = [weight @ _by_group(levels, mask, groups) for weight, mask in weighted if mask.any()]
    total: np.ndarray = np.sum(sums, axis=0)
    return total.astype(np.float64)


def _by_group(levels: np.ndarray, mask: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Count the ordered pairs by their first row's group and by level, float32 [G, LEVELS]."""
    count = groups.max() + 1
    indices = (levels + LEVELS * groups[:, None])[mask]
    return np.bincount(indices, minlength=count * LEVELS).reshape(count, LEVELS).astype(np.float32)


def area_under_curve(counts: PairCounts) -> Estimate:
    """Return the chance that a genuine pair is the more similar one, ties counted half."""
    genuine, impostor = counts.genuine, counts.impostor
    below = np.cumsum(impostor, axis=1) - impostor / 2
    return _estimate(_share((genuine * below).sum(1), genuine.sum(1) * impostor.sum(1)))


def equal_error_rate(counts: PairCounts) -> Estimate:
    """Return the rate at which as many genuine pairs are refused as impostor ones accepted."""
    refused, accepted = (
        np.pad(_share(np.cumsum(kind, axis=1), kind.sum(1, keepdims=True)), ((0, 0), (1, 0)))
        for kind in (counts.genuine, counts.impostor)
    )
    apart = refused + accepted - 1  # from −1, where all are accepted, to 1
    after = (apart >= 0).argmax(1)[:, None]
    start, stop = (np.take_along_axis(apart, index, 1) for index in (np.maximum(after - 1, 0), after))
    way = np.divide(-start, stop - start, out=np.zeros_like(start), where=stop > start)
    first, last = (np.take_along_axis(refused, index, 1) for index in (np.maximum(after - 1, 0), after))
    return _estimate(np.clip(first + way * (last - first), 0, 1)[:, 0])


def true_match_rates(counts: PairCounts, false_match_rates: np.ndarray) -> list[Estimate]:
    """Return the ROC curve: the share of genuine pairs accepted where this share of impostor pairs is, of each."""
    right, wrong = (
        np.pad(_share(np.cumsum(kind[:, ::-1], axis=1), kind.sum(1, keepdims=True)), ((0, 0), (1, 0)))
        for kind in (counts.genuine, counts.impostor)
    )
    wrong = np.maximum.accumulate(wrong, axis=1)  # a draw's weights are negative for pairs of which neither is drawn
    rates = np.array([np.interp(false_match_rates, *draw) for draw in zip(wrong, right, strict=True)])
    return [_estimate(column) for column in rates.T]


def _share(count: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide; NaN where a draw holds nothing of the whole."""
    shares: np.ndarray = np.divide(count, whole, out=np.full_like(count, np.nan), where=whole > 0)
    return shares


def _estimate(values: np.ndarray) -> Estimate:
    return Estimate(float(values[0]), np.clip(values[1:], 0, 1))

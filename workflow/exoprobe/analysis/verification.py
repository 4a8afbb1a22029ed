"""Verification: do two samples have the same label? By the cosine similarity of all pairs."""

import numpy as np

from exoprobe.analysis.intervals import group_weights
from exoprobe.analysis.recognition import UNDEFINED, Measured
from exoprobe.features.drawn_rows import draw_rows
from exoprobe.probes.mean_activation import cosine_similarities

FINE = 1 << 20  # bins of equal width that similarities are counted in
LEVELS = 1024  # these, merged into bins of about equal counts: what is computed from is ranks
MOST_ROWS = 2_000  # compared with each other
ACROSS, WITHIN = "across", "within"  # pairs of two groups, of one


def verification_rows(labels: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Draw whole groups of rows whose label is known (not −1), at most 2,000 rows: int [n], ascending."""
    known = np.flatnonzero(labels >= 0)
    return known[draw_rows(groups[known], MOST_ROWS)]


def verification(
    features: np.ndarray, labels: np.ndarray, groups: np.ndarray, *, label_is_group: bool
) -> dict[str, Measured]:
    """Measure how well cosine similarity tells pairs of one label (genuine) from pairs of two (impostor).

    Genuine pairs within a group are left out, since views of one source match by themselves, unless the label is
    the group.

    Args:
        features: [n, D], the rows of :func:`verification_rows`.
        labels: int [n].
        groups: int [n].
        label_is_group: whether both are the same.

    Returns:
        ``verification_auc`` and ``equal_error_rate``, from 0 to 1, rank-accurate to 1e-3; undefined where there
        are no genuine or no impostor pairs.
    """
    _, groups = np.unique(groups, return_inverse=True)
    pairs = _pairs(labels, groups, label_is_group)
    if not all(any(mask.any() for mask in masks.values()) for masks in pairs.values()):
        return dict.fromkeys(("verification_auc", "equal_error_rate"), UNDEFINED)
    levels = _levels(features, *(np.logical_or(*masks.values()) for masks in pairs.values()))
    weights = group_weights(groups)
    weights = np.vstack([np.ones_like(weights[:1]), weights]).astype(np.float32)  # the first: the sample itself
    genuine, impostor = (_histograms(levels, masks, groups, weights) for masks in pairs.values())
    return {
        "verification_auc": _measured(_auc(genuine, impostor)),
        "equal_error_rate": _measured(_equal_error_rate(genuine, impostor)),
    }


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
    return np.minimum(below * LEVELS, LEVELS - 1).astype(np.int32)[fine]


def _histograms(
    levels: np.ndarray, masks: dict[str, np.ndarray], groups: np.ndarray, weights: np.ndarray
) -> np.ndarray:
    """Count one kind of pairs by level, for each draw of groups: float64 [draws, LEVELS].

    A pair within a group has the group's weight w. A pair of two has w + w' − 1, to first order the w · w' of
    drawing both. (Resampling each group's own scores, the subsets bootstrap of Bolle, Ratha and Pankanti 2004,
    would give it their mean: intervals half as wide where pairs across groups decide.)
    """
    parts = ((weights - 0.5, masks[ACROSS]), (weights / 2, masks[WITHIN]))  # an ordered pair is half of one
    sums = sum(weight @ _by_group(levels, mask, groups) for weight, mask in parts if mask.any())
    return sums.astype(np.float64)


def _by_group(levels: np.ndarray, mask: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Count the ordered pairs by their first row's group and by level, float32 [G, LEVELS]."""
    count = groups.max() + 1
    places = (levels + LEVELS * groups[:, None])[mask]
    return np.bincount(places, minlength=count * LEVELS).reshape(count, LEVELS).astype(np.float32)


def _auc(genuine: np.ndarray, impostor: np.ndarray) -> np.ndarray:
    """Return the chance that a genuine pair is the more similar one, ties counted half, [draws]."""
    below = np.cumsum(impostor, axis=1) - impostor / 2
    return _share((genuine * below).sum(1), genuine.sum(1) * impostor.sum(1))


def _equal_error_rate(genuine: np.ndarray, impostor: np.ndarray) -> np.ndarray:
    """Return the rate at which as many genuine pairs are refused as impostor ones accepted, [draws]."""
    refused, accepted = (
        np.pad(_share(np.cumsum(kind, axis=1), kind.sum(1, keepdims=True)), ((0, 0), (1, 0)))
        for kind in (genuine, impostor)
    )
    apart = refused + accepted - 1  # from −1, where all are accepted, to 1
    after = (apart >= 0).argmax(1)[:, None]
    start, stop = (np.take_along_axis(apart, place, 1) for place in (np.maximum(after - 1, 0), after))
    way = np.divide(-start, stop - start, out=np.zeros_like(start), where=stop > start)
    first, last = (np.take_along_axis(refused, place, 1) for place in (np.maximum(after - 1, 0), after))
    return np.clip(first + way * (last - first), 0, 1)[:, 0]


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    """Divide; NaN where a draw holds nothing of the whole."""
    return np.divide(part, whole, out=np.full_like(part, np.nan), where=whole > 0)


def _measured(values: np.ndarray) -> Measured:
    return Measured(float(values[0]), np.clip(values[1:], 0, 1))

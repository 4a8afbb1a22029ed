"""The robustness index: are nearest neighbors of the same class in spite of a nuisance, or the reverse?"""

import numpy as np

from exoprobe.features.cosine import cosine_similarities

MOST_NEIGHBORS = 50
SHARE = 20  # no more than one in so many rows are a row's neighbors
BLOCK = 1_000


def nearest_neighbors(features: np.ndarray, groups: np.ndarray) -> np.ndarray:
    """Find each row's neighbors of largest cosine similarity.

    Args:
        features: [n, D], a few thousand rows.
        groups: [n]; neighbors of a row's own group are left out. A number per row leaves out the row alone.

    Returns:
        int [n, k], unordered, k = 50 or a 20th of the rows if that is less; −1 where there are not so many.
    """
    count = min(MOST_NEIGHBORS, max(1, len(features) // SHARE), max(1, len(features) - 1))
    neighbors = []
    for start in range(0, len(features), BLOCK):
        similarities = cosine_similarities(features[start : start + BLOCK], features)
        similarities[groups[start : start + BLOCK, None] == groups] = -np.inf
        nearest = np.argpartition(-similarities, count - 1, axis=1)[:, :count]
        there = np.take_along_axis(similarities, nearest, axis=1) > -np.inf
        neighbors.append(np.where(there, nearest, -1))
    return np.concatenate(neighbors)


def robustness_index(neighbors: np.ndarray, labels: np.ndarray, codes: np.ndarray) -> float:
    """Return SO / (SO + OS) over all pairs of a row and a neighbor of it (de Jong, Marcus and Teuwen 2025; in this
    form Kömen et al. 2025, PathoROB).

    SO counts neighbors of the same label and another value of the nuisance, OS those of another label and the same
    value; pairs with anything unknown are left out. How it should be read depends on how common labels and values
    are: see :func:`robustness_chance`.

    Args:
        neighbors: int [n, k], of :func:`nearest_neighbors`.
        labels: int [n], −1 where it is not known.
        codes: int [n], the nuisance's class; −1 where it is not known.

    Returns:
        From 0 (the nuisance rules) to 1 (the label rules); NaN where there is neither.
    """
    there = (neighbors >= 0) & (labels[neighbors] >= 0) & (codes[neighbors] >= 0)
    there &= ((labels >= 0) & (codes >= 0))[:, None]
    same_label, same_value = labels[neighbors] == labels[:, None], codes[neighbors] == codes[:, None]
    favorable = int(np.count_nonzero(there & same_label & ~same_value))
    return _share(favorable, int(np.count_nonzero(there & ~same_label & same_value)))


def robustness_chance(labels: np.ndarray, codes: np.ndarray, groups: np.ndarray) -> float:
    """Return the index of neighbors drawn at random: 0.5 where labels and values are two each, and balanced.

    Args:
        labels: int [n], −1 where it is not known.
        codes: int [n], the nuisance's class; −1 where it is not known.
        groups: int [n]; neighbors of a row's own group are left out.
    """
    known = (labels >= 0) & (codes >= 0)
    labels, codes, groups = labels[known], codes[known], groups[known]
    alike, alike_in_group = _alike(labels, codes), _alike(labels, codes, groups)
    favorable = _alike(labels) - alike - (_alike(labels, groups) - alike_in_group)
    unfavorable = _alike(codes) - alike - (_alike(codes, groups) - alike_in_group)
    return _share(favorable, unfavorable)


def _alike(*columns: np.ndarray) -> int:
    """Count the ordered pairs of rows that are the same in all columns, a row and itself among them."""
    _, counts = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
    return int(np.square(counts).sum())


def _share(favorable: int, unfavorable: int) -> float:
    return favorable / (favorable + unfavorable) if favorable + unfavorable else np.nan

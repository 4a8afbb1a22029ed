"""Closed-set identification: whose enrolled template is the most similar?"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from exoprobe.features.cosine import unit_vectors

DRAWS = 50  # of who is in the gallery and of the enrolled images


@dataclass(frozen=True)
class Gallery:
    """How one enrolls.

    Attributes:
        classes: how many, drawn at random where there are more.
        images: of each, drawn at random, whose mean is the template (the mean activation vector of section 4.1);
            None for all. Where enrolled images are otherwise tested, one of each class is left for that.
    """

    classes: int
    images: int | None


def rank_one(
    features: np.ndarray,
    labels: np.ndarray,
    enrollable: np.ndarray,
    tested: np.ndarray,
    gallery: Gallery,
    *,
    seed: int = 0,
) -> np.ndarray:
    """Measure how often the template of largest cosine is the own class's, of images that are not enrolled.

    Args:
        features: [N, D].
        labels: int [N].
        enrollable: bool [N], from which images are enrolled.
        tested: bool [N]; may be the same rows.
        gallery: who and how many are enrolled.
        seed: of all draws.

    Returns:
        float64 [N], each image's share of right answers over the draws; NaN where it is not asked for.
    """
    random = np.random.default_rng(seed)
    classes = np.intersect1d(labels[enrollable], labels[tested])
    rows = np.flatnonzero(tested & np.isin(labels, classes))
    units = unit_vectors(features[rows])
    right, asked = np.zeros(len(labels)), np.zeros(len(labels))
    for _ in range(DRAWS):
        chosen = np.sort(random.permutation(classes)[: gallery.classes])
        asking = np.isin(labels, chosen)
        enrolled = _draw_enrolled(labels, np.flatnonzero(enrollable & asking), tested, gallery.images, random)
        templates = _means(features, enrolled, np.searchsorted(chosen, labels[enrolled]))
        found = chosen[(units @ unit_vectors(templates).T).argmax(1)]
        asking[enrolled] = False
        asked[rows] += asking[rows]
        right[rows] += asking[rows] & (found == labels[rows])
    return np.divide(right, asked, out=np.full(len(labels), np.nan), where=asked > 0)


def _draw_enrolled(
    labels: np.ndarray, pool: np.ndarray, tested: np.ndarray, images: int | None, random: np.random.Generator
) -> np.ndarray:
    """Draw up to so many rows of each label from the pool; of a label that is tested there, one is left."""
    shuffled = random.permutation(pool)
    order = shuffled[np.argsort(labels[shuffled], kind="stable")]
    _, starts, counts = np.unique(labels[order], return_index=True, return_counts=True)
    place = np.arange(len(order)) - np.repeat(starts, counts)
    most = counts - np.maximum.reduceat(tested[order].astype(int), starts)
    if images is not None:
        most = np.minimum(most, images)
    return order[place < np.repeat(np.maximum(most, 1), counts)]


def _means(features: np.ndarray, rows: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Average the chosen rows of features [N, D] by their index: [K, D]."""
    weights = (1 / np.bincount(index))[index].astype(features.dtype)
    return sparse.csr_array((weights, (index, rows)), (index.max() + 1, len(features))) @ features

"""Closed-set identification: whose enrolled template is the most similar?"""

from dataclasses import dataclass

import numpy as np
from scipy import sparse

from exoprobe.features.cosine import unit_vectors

DRAWS = 50  # of who is in the gallery and of the enrolled images


@dataclass(frozen=True)
class Gallery:
    """Who is enrolled, with how many images.

    Attributes:
        classes: how many, drawn at random where there are more.
        images: of each, drawn at random, whose mean is the template (the mean activation vector of section 4.1);
            None for all. Where these rows are queries too, one image of each class is left as a query.
    """

    classes: int
    images: int | None


def rank_1(
    features: np.ndarray,
    labels: np.ndarray,
    enrollable: np.ndarray,
    queries: np.ndarray,
    gallery: Gallery,
    *,
    seed: int = 0,
) -> np.ndarray:
    """Measure how often the template of largest cosine is of the image's class, of images that are not enrolled.

    Args:
        features: [N, D].
        labels: int [N].
        enrollable: bool [N], from which images are enrolled.
        queries: bool [N], the images to identify; may be the same rows.
        gallery: who and how many are enrolled.
        seed: of all draws.

    Returns:
        float64 [N], each image's share of right answers over the draws; NaN where it is never a query.
    """
    random = np.random.default_rng(seed)
    classes = np.intersect1d(labels[enrollable], labels[queries])
    rows = np.flatnonzero(queries & np.isin(labels, classes))
    units = unit_vectors(features[rows])
    right, asked = np.zeros(len(labels)), np.zeros(len(labels))
    for _ in range(DRAWS):
        chosen = np.sort(random.permutation(classes)[: gallery.classes])
        asking = np.isin(labels, chosen)
        enrolled = _draw_enrolled(labels, np.flatnonzero(enrollable & asking), queries, gallery.images, random)
        templates = _means(features, enrolled, np.searchsorted(chosen, labels[enrolled]))
        predicted = chosen[(units @ unit_vectors(templates).T).argmax(1)]
        asking[enrolled] = False
        asked[rows] += asking[rows]
        right[rows] += asking[rows] & (predicted == labels[rows])
    shares: np.ndarray = np.divide(right, asked, out=np.full(len(labels), np.nan), where=asked > 0)
    return shares


def _draw_enrolled(
    labels: np.ndarray, pool: np.ndarray, queries: np.ndarray, images: int | None, random: np.random.Generator
) -> np.ndarray:
    """Draw up to so many rows of each label from the pool; of a label that has queries there, one is left."""
    shuffled = random.permutation(pool)
    order = shuffled[np.argsort(labels[shuffled], kind="stable")]
    _, starts, counts = np.unique(labels[order], return_index=True, return_counts=True)
    position = np.arange(len(order)) - np.repeat(starts, counts)
    most = counts - np.maximum.reduceat(queries[order].astype(int), starts)
    if images is not None:
        most = np.minimum(most, images)
    enrolled: np.ndarray = order[position < np.repeat(np.maximum(most, 1), counts)]
    return enrolled


def _means(features: np.ndarray, rows: np.ndarray, index: np.ndarray) -> np.ndarray:
    """Average the chosen rows of features [N, D] by their index: [K, D]."""
    weights = (1 / np.bincount(index))[index].astype(features.dtype)
    means: np.ndarray = sparse.csr_array((weights, (index, rows)), (index.max() + 1, len(features))) @ features
    return means

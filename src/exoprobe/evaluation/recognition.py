"""How well a representation recognizes labels by the nearest class mean, with draws for its interval."""

from dataclasses import dataclass

import numpy as np

from exoprobe.evaluation.intervals import RESAMPLES, group_sums, group_weights, resampling_units
from exoprobe.features.blocks import Blocks
from exoprobe.features.class_means import class_means
from exoprobe.features.cosine import cosine_similarities


@dataclass(frozen=True)
class Estimate:
    """An estimate with its bootstrap draws.

    Attributes:
        value: NaN where it is not defined.
        draws: float64 [RESAMPLES]. Two measures of the same rows have the same groups drawn, so that their
            difference has draws too.
    """

    value: float
    draws: np.ndarray


UNDEFINED = Estimate(np.nan, np.full(RESAMPLES, np.nan))


def label_means(features: Blocks, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Average the features of each label that training has (the mean activation vectors of section 4.1).

    Args:
        features: [N, D], of training.
        labels: int [N], −1 where it is not known; K classes, not thousands.

    Returns:
        Means float64 [K, D] and the K labels, ascending.
    """
    known, index = np.unique(labels, return_inverse=True)
    means = class_means(features, index)
    return means[known >= 0], known[known >= 0]


def label_accuracy(
    means: np.ndarray, means_labels: np.ndarray, features: np.ndarray, labels: np.ndarray, groups: np.ndarray
) -> Estimate:
    """Measure how often the mean of largest cosine is that of the row's label.

    Args:
        means: [K, D], of :func:`label_means`; erased as the features are.
        means_labels: int [K].
        features: [n, D], of test.
        labels: int [n], −1 where it is not known; rows of a label that no mean has are left out.
        groups: [n].

    Returns:
        The share of rows, from 0 to 1; undefined where no row is left.
    """
    known = np.isin(labels, means_labels)
    if not known.any():
        return UNDEFINED
    predicted = means_labels[cosine_similarities(features[known], means).argmax(1)]
    correct = (predicted == labels[known]).astype(float)
    units = resampling_units(groups[known])
    draws = group_weights(units) @ group_sums(units, np.stack([correct, np.ones(len(correct))], axis=1))
    return Estimate(float(correct.mean()), draws[:, 0] / draws[:, 1])

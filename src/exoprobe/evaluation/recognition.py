"""How well a representation tells labels by the nearest class mean, with draws for its interval."""

from dataclasses import dataclass

import numpy as np

from exoprobe.evaluation.intervals import RESAMPLES, group_sums, group_weights, resampling_units
from exoprobe.features.blocks import Blocks
from exoprobe.features.class_means import class_means
from exoprobe.features.cosine import cosine_similarities


@dataclass(frozen=True)
class Measured:
    """A number and what it would be, had other groups been sampled.

    Attributes:
        value: NaN where it is not defined.
        draws: float64 [RESAMPLES]. Two measures of the same rows have the same groups drawn, so that their
            difference has draws too.
    """

    value: float
    draws: np.ndarray


UNDEFINED = Measured(np.nan, np.full(RESAMPLES, np.nan))


def label_means(features: Blocks, labels: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Average the features of each label that training has (the mean activation vectors of section 4.1).

    Args:
        features: [N, D], of training.
        labels: int [N], −1 where it is not known; K classes, not thousands of people.

    Returns:
        Means float64 [K, D] and the K labels, ascending.
    """
    known, index = np.unique(labels, return_inverse=True)
    means = class_means(features, index)
    return means[known >= 0], known[known >= 0]


def label_accuracy(
    means: np.ndarray, means_labels: np.ndarray, features: np.ndarray, labels: np.ndarray, groups: np.ndarray
) -> Measured:
    """Measure how often the mean of largest cosine is the label's own.

    Args:
        means: [K, D], of :func:`label_means`; erased as the features are.
        means_labels: int [K].
        features: [n, D], of test.
        labels: int [n], −1 where it is not known; rows of a label that no mean has are left out.
        groups: [n].

    Returns:
        The share of rows, from 0 to 1; undefined where no row is left.
    """
    scored = np.isin(labels, means_labels)
    if not scored.any():
        return UNDEFINED
    found = means_labels[cosine_similarities(features[scored], means).argmax(1)]
    correct = (found == labels[scored]).astype(float)
    units = resampling_units(groups[scored])
    draws = group_weights(units) @ group_sums(units, np.stack([correct, np.ones(len(correct))], axis=1))
    return Measured(float(correct.mean()), draws[:, 0] / draws[:, 1])

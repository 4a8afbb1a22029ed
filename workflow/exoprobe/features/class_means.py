"""Mean activation vectors: what a representation says of a class on average (section 4.1)."""

import numpy as np


def class_means(features: np.ndarray, labels: np.ndarray) -> np.ndarray:
    """Average the features of each class.

    Args:
        features: [N, D].
        labels: int [N], from 0 to K − 1, each present.

    Returns:
        float64 [K, D].

    Raises:
        ValueError: where a class between 0 and the largest label has no sample.
    """
    counts = np.bincount(labels)
    if not counts.all():
        raise ValueError(f"class {int(np.argmin(counts))} has no sample to average")
    return np.stack([features[labels == label].mean(axis=0, dtype=np.float64) for label in range(len(counts))])

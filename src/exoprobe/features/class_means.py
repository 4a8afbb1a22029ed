"""Mean activation vectors: the average feature of each class (section 4.1)."""

import numpy as np
import torch

from exoprobe.features.blocks import Blocks


def class_means(features: Blocks, labels: np.ndarray) -> np.ndarray:
    """Average the features of each class, in one pass.

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
    sums, start = np.zeros((len(counts), features.shape[1])), 0
    for block in features.blocks(torch.float64):
        members = np.arange(len(counts))[:, None] == labels[start : start + len(block)]
        sums += members.astype(float) @ block.numpy()
        start += len(block)
    return sums / counts[:, None]

"""How much a probe loses as its training data goes over to a shortcut, in one number.

Both measures reduce accuracies [S, R] of probes that are trained at S strengths of the association between label and
factor, from none on, R times each, and are scored on test data without such an association.
"""

import numpy as np


def average_performance_drop(accuracies: np.ndarray) -> np.ndarray:
    """Return the mean relative change of the accuracy from that without an association (APD, PathoROB 2026).

    Args:
        accuracies: balanced accuracies [..., S, R], the first strength being none.

    Returns:
        [...]: 0 where nothing is lost, −0.5 where half of the accuracy is; NaN where a first accuracy is 0.
    """
    first = accuracies[..., :1, :]
    ratios = accuracies[..., 1:, :] / np.where(first > 0, first, np.nan)
    return np.asarray((ratios.mean(-2) - 1).mean(-1))


def integrated_degradation(accuracies: np.ndarray, strengths: np.ndarray, chance: float) -> np.ndarray:
    """Return the change of the accuracy above chance, relative to its start, over all strengths (nIPD, croma 2026).

    Args:
        accuracies: balanced accuracies [..., S, R], the first strength being none.
        strengths: Cramér's V [S], ascending from 0 to 1.
        chance: accuracy of guessing.

    Returns:
        [...]: 0 where nothing is lost, −0.5 where it falls evenly to chance; NaN where it starts at chance or below.
    """
    mean = accuracies.mean(-1)
    start = mean[..., :1] - chance
    change = (mean - mean[..., :1]) / np.where(start > 0, start, np.nan)
    return np.asarray((np.diff(strengths) * (change[..., :-1] + change[..., 1:]) / 2).sum(-1))

"""Dimensions in the order of equation (1) for the values of any factor (section 4.3, Figure 8)."""

import numpy as np
import pandas as pd

from exoprobe.evaluation.binning import Bins
from exoprobe.evaluation.block_diagonal import block_order

MOST_POSITIONS = 200
MOST_VALUES = 30


def shifted_up(features: np.ndarray) -> np.ndarray:
    """Shift each dimension that falls below 0 by its minimum: equation (1) takes no negative activations."""
    shifted: np.ndarray = features - np.minimum(features.min(0), 0)
    return shifted


def unit_order(features: np.ndarray, bins: Bins) -> pd.DataFrame:
    """Sort the dimensions by the value at which they are most active, and average their activation for each value.

    Equation (1) is taken of each value's mean, so that a value counts as much as another, however common it is.

    Args:
        features: [N, D], of :func:`shifted_up`.
        bins: the factor's values; of more than 30, the most common.

    Returns:
        A row per value and position: ``value``, ``position`` (from 0; at most 200, neighboring dimensions are
        averaged) and ``activation`` (shifted as the features are).
    """
    counts = np.bincount(bins.codes[bins.codes >= 0], minlength=len(bins.names))
    kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_VALUES])
    if len(kept) == 0:
        return pd.DataFrame({"value": pd.Series(dtype=str), "position": pd.Series(dtype=int), "activation": 0.0})
    means = np.stack([features[bins.codes == code].mean(0, dtype=np.float64) for code in kept])
    order = block_order(means, np.arange(len(kept))).order
    chunks = np.array_split(order, min(len(order), MOST_POSITIONS))
    activations = np.stack([means[:, chunk].mean(1) for chunk in chunks], axis=1)
    return pd.DataFrame(
        {
            "value": np.repeat([bins.names[code] for code in kept], len(chunks)),
            "position": np.tile(np.arange(len(chunks)), len(kept)),
            "activation": activations.ravel(),
        }
    )

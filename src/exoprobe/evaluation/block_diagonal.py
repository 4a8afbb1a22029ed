"""Which class a feature element belongs to, by the error measure of equation (1) (section 4.3, Figure 8)."""

from dataclasses import dataclass

import numpy as np

DEAD = -1


@dataclass(frozen=True)
class BlockOrder:
    """Feature elements assigned to classes.

    Attributes:
        cluster: int [D], the label whose error is smallest; :data:`DEAD` for an element that is 0 everywhere.
        error: float64 [D], that smallest error; NaN for a dead element.
        order: int [D], the elements sorted by cluster (stable, dead ones last).
    """

    cluster: np.ndarray
    error: np.ndarray
    order: np.ndarray


def block_order(features: np.ndarray, labels: np.ndarray) -> BlockOrder:
    """Assign each element to the label of smallest error and sort by label.

    Equation (1) is read as a ratio of sums: an element's activation over the samples of all other labels,
    divided by its activation over the samples of this label. An element that never fires is 0 / 0; it belongs
    to no label and is set apart.

    Args:
        features: [N, D], non-negative.
        labels: int [N], from 0 to K − 1.

    Returns:
        The assignment and the order of the D elements.
    """
    classes = int(labels.max()) + 1
    sums = np.stack([features[labels == label].sum(0, dtype=np.float64) for label in range(classes)])
    total = sums.sum(0)
    errors = np.divide(total - sums, sums, out=np.full_like(sums, np.inf), where=sums > 0)
    dead = total == 0
    cluster = np.where(dead, DEAD, errors.argmin(0))
    return BlockOrder(
        cluster=cluster,
        error=np.where(dead, np.nan, errors.min(0)),
        order=np.argsort(np.where(dead, classes, cluster), kind="stable"),
    )

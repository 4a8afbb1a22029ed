"""Factors as the columns that a probe is fitted to, and its outputs as values of the factor."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import CLASSES, Factor


def factor_targets(factor: Factor) -> np.ndarray:
    """Return a factor as the columns that a probe is fitted to.

    Args:
        factor: of N samples.

    Returns:
        float64 [N, T], NaN where the factor is unknown: 0 or 1 (binary, T = 1), a column of 0 and 1 per category,
        the number on its scale (:meth:`exoprobe.datasets.factors.Factor.scaled`), or sine and cosine of the angle.
    """
    values: np.ndarray = factor.values[:, None]
    if factor.kind == "categorical":
        columns: np.ndarray = (values == np.arange(len(factor.categories))).astype(float)
        columns[~factor.known] = np.nan
        return columns
    if factor.kind == "angle":
        return np.hstack([np.sin(np.radians(values)), np.cos(np.radians(values))])
    return factor.scaled(values)


def to_values(factor: Factor, outputs: np.ndarray) -> np.ndarray:
    """Turn a probe's outputs into the factor's values.

    Args:
        factor: what is predicted.
        outputs: [..., T], of the columns of :func:`factor_targets`; of classes, the larger the likelier, about 0.

    Returns:
        [...]: a score, present where it is at least 0 (binary), the code of the likeliest category, degrees, or the
        number within the factor's limits: of normal scores, the quantile in training, so that a probe's mean of the
        scores becomes about the median of the numbers.
    """
    if factor.kind == "categorical":
        return np.asarray(outputs.argmax(-1), np.float64)
    if factor.kind == "angle":
        return np.asarray(np.degrees(np.arctan2(outputs[..., 0], outputs[..., 1])))
    return factor.unscaled(outputs[..., 0])


def as_values(factor: Factor, codes: np.ndarray) -> np.ndarray:
    """Turn codes, numbers or degrees [...] into values as those of :func:`to_values`: of binary codes, scores."""
    return codes - 0.5 if factor.kind == "binary" else codes


def mean_value(factor: Factor) -> float:
    """Return the constant baseline prediction: the mean of numbers and angles, of others the first class."""
    if factor.kind in CLASSES:
        return float(as_values(factor, np.zeros(())))
    return float(to_values(factor, np.nanmean(factor_targets(factor), axis=0)))


@dataclass(frozen=True)
class Targets:
    """The columns of several factors side by side.

    Attributes:
        factors: F of them, of N samples.
        columns: float64 [N, T], NaN where unknown.
        owner: int [T], the factor of each column.
        is_class: bool [T], whether a column holds 0 and 1.
    """

    factors: tuple[Factor, ...]
    columns: np.ndarray
    owner: np.ndarray
    is_class: np.ndarray

    def columns_of(self, index: int) -> np.ndarray:
        """Return which columns belong to a factor, bool [T]."""
        return np.asarray(self.owner == index)

    def subset(self, indices: Sequence[int]) -> "Targets":
        """Return the targets of some of the factors, by their indices."""
        return join_targets([self.factors[index] for index in indices])

    def values(self, outputs: np.ndarray) -> np.ndarray:
        """Turn outputs [..., T] into values [..., F], see :func:`to_values`."""
        values = [to_values(factor, outputs[..., self.columns_of(index)]) for index, factor in enumerate(self.factors)]
        return np.stack(values, axis=-1)


def join_targets(factors: Sequence[Factor]) -> Targets:
    """Put the columns of several factors side by side."""
    columns = [factor_targets(factor) for factor in factors]
    counts = [column.shape[1] for column in columns]
    owner = np.repeat(np.arange(len(columns)), counts)
    is_class = [factor.kind in CLASSES for factor in factors]
    return Targets(tuple(factors), np.hstack(columns), owner, np.repeat(is_class, counts))

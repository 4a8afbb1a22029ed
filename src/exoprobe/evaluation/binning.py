"""Values of any factor as a few classes."""

from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import CLASSES, Factor

MOST_BINS = {"continuous": 10, "angle": 12}


@dataclass(frozen=True)
class Bins:
    """A factor's samples in classes.

    Attributes:
        codes: int [N], from 0 to K − 1; −1 where the factor is not known.
        names: what the K classes are called; each has a sample.
    """

    codes: np.ndarray
    names: tuple[str, ...]


def factor_levels(factor: Factor, most: int) -> Bins:
    """Return the values of a factor as so many levels at most, of about equal counts.

    Categories that are more are merged, the most frequent ones apart from each other. Numbers and angles are in bins.
    """
    bins = factor_bins(factor, most)
    if len(bins.names) <= most:
        return bins
    counts = np.bincount(bins.codes[bins.codes >= 0], minlength=len(bins.names))
    level, totals = np.zeros(len(counts), int), np.zeros(most)
    for code in np.argsort(-counts, kind="stable"):
        level[code] = totals.argmin()
        totals[level[code]] += counts[code]
    members = [np.array(bins.names)[level == index] for index in range(most)]
    names = tuple(str(names[0]) + (f" and {len(names) - 1} more" if len(names) > 1 else "") for names in members)
    return Bins(np.where(bins.codes >= 0, level[bins.codes], -1), names)


def factor_bins(factor: Factor, most: int | None = None) -> Bins:
    """Return the categories of a factor; the values of a number or an angle in bins of about equal counts.

    Where a number has few values, each is a bin. Angles are cut where the circle is emptiest.

    Args:
        factor: of N samples.
        most: bins of a number or an angle; None for :data:`MOST_BINS`.
    """
    known = factor.known
    codes = np.full(len(known), -1)
    if not known.any():
        return Bins(codes, ())
    values = factor.values[known]
    if factor.kind in CLASSES:
        present, codes[known] = np.unique(values.astype(int), return_inverse=True)
        return Bins(codes, tuple(factor.categories[code] for code in present))
    if factor.kind == "angle":
        values = _unrolled(values)
    codes[known], lowest, highest = _quantile_bins(values, most or MOST_BINS[factor.kind])
    if factor.kind == "angle":
        lowest, highest = (_signed(limits) for limits in (lowest, highest))
    return Bins(codes, tuple(_range_name(low, high) for low, high in zip(lowest, highest, strict=True)))


def _quantile_bins(values: np.ndarray, most: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return each value's bin, and the bins' lowest and highest values."""
    distinct = np.unique(values)
    if len(distinct) <= most:
        return np.searchsorted(distinct, values), distinct, distinct
    edges = np.unique(np.quantile(values, np.arange(1, most) / most))
    _, codes = np.unique(np.searchsorted(edges, values, side="right"), return_inverse=True)
    bins = [values[codes == code] for code in range(codes.max() + 1)]
    return codes, np.array([members.min() for members in bins]), np.array([members.max() for members in bins])


def _unrolled(degrees: np.ndarray) -> np.ndarray:
    """Return the angles as numbers from the end of the largest empty arc on."""
    wrapped = np.sort(degrees % 360)
    gaps = np.diff(wrapped, append=wrapped[0] + 360)
    start = wrapped[(gaps.argmax() + 1) % len(wrapped)]
    unrolled: np.ndarray = start + (degrees - start) % 360
    return unrolled


def _signed(degrees: np.ndarray) -> np.ndarray:
    """Return the angles within (−180, 180]."""
    return 180 - (180 - degrees) % 360


def _range_name(low: float, high: float) -> str:
    return f"{low:.4g}" if low == high else f"{low:.4g} … {high:.4g}"

"""Numbers far from all others: codes for an unknown value, typing errors; and many zeros."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from exoprobe.datasets.row_names import row_name

LEAST_DIFFERENT = 10  # fewer different numbers are categories, and nothing is far from them
REPEATED = 3  # times a value is there at least to be a code
MOST_CODES = 3  # different ones in a column
FAR = 3.0  # ranges of the rest away from it
SHOWN = 3
MANY_ZEROS = 0.3
LEAST_HEAP = 5  # times a value is there at least …
HEAPED = 3  # … and times as often as the typical one
CODES = (-1, -9, -99, 77, 88, 97, 98, 99, 997, 998, 999, 1900, 9998, 9999)


@dataclass(frozen=True)
class Outliers:
    """Numbers far from the rest.

    Attributes:
        codes: numbers that are there several times, so that they are likely to stand for unknown.
        odd: positions of all other numbers that are far outside, [n].
        low: the rest's least number …
        high: … and its greatest.
    """

    codes: list[float]
    odd: np.ndarray
    low: float
    high: float


def find_outliers(values: np.ndarray) -> Outliers | None:
    """Find numbers far from the rest.

    Far is what lies outside the middle 90 % of the different numbers by three times their range; of positive numbers
    also on a logarithmic scale, on which heavy tails are none.

    Args:
        values: N numbers, NaN where unknown.

    Returns:
        None where nothing is far, or there are too few different numbers.
    """
    different, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    if len(different) <= LEAST_DIFFERENT:
        return None
    low = np.quantile(different, 0.05, method="higher")
    high = np.quantile(different, 0.95, method="lower")
    far = _outside(different, low, high)
    if not far.any():
        return None
    codes = different[far & (counts >= REPEATED) & (different != 0)]
    if len(codes) > MOST_CODES:
        codes = codes[:0]
    odd = np.flatnonzero(np.isin(values, np.setdiff1d(different[far], codes)))
    rest = different[~far]
    return Outliers(codes.tolist(), odd, float(rest.min()), float(rest.max()))


def negative_codes(values: np.ndarray) -> list[float]:
    """Return negative whole numbers such as −1 and −99 that come again and again where all else is positive."""
    different, counts = np.unique(values[values < 0], return_counts=True)
    odd = [f"{value:.0f}".strip("-") for value in different]
    coded = all(value.is_integer() for value in different) and all(
        set(digits) <= set("9") or digits in "12789" for digits in odd
    )
    if (
        not coded
        or not 0 < len(different) <= MOST_CODES
        or counts.min() < REPEATED
        or (values >= 0).sum() < counts.sum()
    ):
        return []
    return [float(value) for value in different]


def heaped_extreme(values: np.ndarray) -> tuple[float, int, float] | None:
    """Return the least or greatest number if it may stand for unknown, how often it is there, and the next number.

    It may if it comes again and again and lies apart from the others, or is a usual code, 99, and more frequent.

    Args:
        values: N numbers, NaN where unknown.

    Returns:
        None if neither may.
    """
    different, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    if len(different) <= LEAST_DIFFERENT:
        return None
    typical, scales = np.median(counts), [different] if different[0] <= 0 else [different, np.log(different)]
    for at, beside, rest in ((-1, -2, slice(None, -1)), (0, 1, slice(1, None))):
        value, count = float(different[at]), int(counts[at])
        gaps = [abs(scale[at] - scale[beside]) for scale in scales]
        is_apart = all(gap > np.ptp(scale[rest]) / 3 for gap, scale in zip(gaps, scales, strict=True))
        is_code = value in CODES and gaps[0] > 3 * np.median(np.diff(different)) and count >= HEAPED * typical
        if value and count >= max(LEAST_HEAP, typical) and (is_code or is_apart):
            return value, count, float(different[beside])
    return None


def zeros_note(name: str, values: np.ndarray) -> str:
    """Return a sentence on a column with many zeros; empty for any other."""
    known = values[~np.isnan(values)]
    zeros = float((known == 0).mean())
    if known.min() >= 0 and zeros >= MANY_ZEROS:
        return (
            f"{name} is 0 in {zeros:.0%} of the rows; whether it is 0, and how large it is elsewhere, may be two "
            "factors: consider a column for each."
        )
    return ""


def row_examples(
    column: pd.Series, positions: np.ndarray, shown: Callable[[Any], str] = lambda value: f"{value:.10g}"
) -> str:
    """Return the first few values at some positions with their rows in the user's table.

    Args:
        column: [N]; its index gives the rows.
        positions: [n].
        shown: how a value is written.
    """
    examples = [f"{shown(column.iloc[at])} in {row_name(column.index, at)}" for at in positions[:SHOWN].tolist()]
    return ", ".join(examples) + (", …" if len(positions) > SHOWN else "")


def code_among_few(different: np.ndarray) -> float | None:
    """Return a number such as 9, 99 or 999, or 0 among years, apart from a few whole numbers; None if none is.

    Args:
        different: different whole numbers, three or more, in order.
    """
    if different[0] == 0 and len(different) > 3 and different[1] > 10 * (different[-1] - different[1]):
        return 0.0
    last, rest = float(different[-1]), np.asarray(different[:-1], np.float64)
    gap, spread = last - rest[-1], rest[-1] - rest[0]
    if rest[0] < 0 or gap <= max(spread, 1):
        return None
    is_digit = last in (7, 8, 9) and bool((np.diff(rest) == 1).all())
    return last if is_digit or last in (77, 88, 97, 98, 99, 777, 888, 997, 998, 999, 9999) else None


def _outside(values: np.ndarray, low: float, high: float) -> np.ndarray:
    spread = high - low
    far = (values < low - FAR * spread) | (values > high + FAR * spread)
    if low > 0:
        positive = np.where(values > 0, values, low)
        wide = max(np.log(high / low), 1.0)
        far &= (values <= 0) | (np.log(positive / high) > wide) | (np.log(low / positive) > wide)
    return far

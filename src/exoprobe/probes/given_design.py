"""Given columns as a design matrix: flexible enough for what a factor may owe to them, and no more."""

from collections.abc import Iterator, Sequence
from itertools import combinations

import numpy as np

from exoprobe.datasets.factors import CLASSES, Factor

MOST_KNOTS = 21  # of a number: piecewise linear between quantiles, or between its values where these are fewer
KNOT_ROWS = 30  # so many rows ask for a knot
HARMONICS = 3  # of an angle
CELL_BINS = 4  # of a number or an angle, where it meets another column
CELL_ROWS = 20  # of a cell of two columns; what is rarer follows from the columns apart


def given_design(columns: Sequence[Factor]) -> np.ndarray:
    """Return the columns of a regression on given factors.

    Classes have a column each, numbers a piecewise linear function, angles sines and cosines; where a factor is unknown
    is a column too. Each two factors have the cells of their classes or quarters that hold enough rows.

    Args:
        columns: of N samples; at least one.

    Returns:
        float64 [N, P].
    """
    blocks = [_main_effects(factor) for factor in columns]
    blocks += [cells for first, other in combinations(columns, 2) for cells in _cells(first, other)]
    return np.hstack(blocks)


def _main_effects(factor: Factor) -> np.ndarray:
    known = factor.known
    values = np.where(known, factor.values, 0.0)
    if factor.kind in CLASSES:
        columns = (values[:, None] == np.arange(len(factor.categories))).astype(float)
    elif factor.kind == "angle":
        turns = np.radians(values)[:, None] * np.arange(1, HARMONICS + 1)
        columns = np.hstack([np.sin(turns), np.cos(turns)])
    else:
        columns = _piecewise_linear(values, factor.values[known])
    columns = np.where(known[:, None], columns, 0.0)
    return columns if known.all() else np.hstack([columns, ~known[:, None]])


def _piecewise_linear(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Return hat functions between quantiles [N, K] (B-splines of degree one)."""
    knots, count = np.unique(known), max(3, min(MOST_KNOTS, len(known) // KNOT_ROWS))
    if len(knots) > count:
        knots = np.unique(np.quantile(known, np.linspace(0, 1, count)))
    if not len(knots):
        return np.zeros((len(values), 0))
    return np.stack([np.interp(values, knots, hat) for hat in np.eye(len(knots))], axis=1)


def _cells(first: Factor, other: Factor) -> Iterator[np.ndarray]:
    """Yield the cells of two factors that hold enough rows, [N, C]."""
    codes = _codes(first) * (len(first.values) + 1) + _codes(other)
    _, index, counts = np.unique(codes, return_inverse=True, return_counts=True)
    yield (index[:, None] == np.flatnonzero(counts >= CELL_ROWS)).astype(float)


def _codes(factor: Factor) -> np.ndarray:
    """Return classes, or quarters of numbers and angles, as codes from 0; the last code where it is unknown."""
    known, values = factor.known, factor.values
    if factor.kind not in CLASSES and known.any():
        edges = np.unique(np.quantile(values[known], np.arange(1, CELL_BINS) / CELL_BINS))
        values = np.searchsorted(edges, values, side="right")
    return np.where(known, values, np.nanmax(values, initial=0) + 1).astype(int)

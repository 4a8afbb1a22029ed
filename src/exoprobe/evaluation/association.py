"""How strongly the columns of a factor table go together: factors, label and groups, each pair by its kinds.

All measures are from 0, unrelated, to 1, and on the scale of a correlation, so that they compare between kinds:

- classes and classes: Cramér's V, corrected for its bias (Bergsma 2013), and Theil's U, the share of one column's
  entropy that the other takes away (Theil 1970), in both directions;
- classes and numbers or angles: the correlation ratio η, the root of the share of the variance between classes, which
  is corrected for its bias (ε², Kelley 1935); of angles, the variance of sine and cosine together;
- numbers: the absolute value of Spearman's rank correlation;
- numbers and angles: the multiple correlation with sine and cosine (Mardia 1976);
- angles: the first canonical correlation of their sines and cosines (Jupp and Mardia 1980).
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import CLASSES, Factor, read_factors
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.probes.probe_data import LABEL, label_factor
from exoprobe.probes.targets import factor_targets

COLUMNS = ["factor", "other", "measure", "value", "rows"]
CRAMER, THEIL, RATIO, SPEARMAN = "Cramér's V", "Theil's U", "correlation ratio", "Spearman"
CIRCULAR_LINEAR, CIRCULAR = "circular-linear correlation", "circular correlation"
ROUNDING = 1e-12
MOST_CELLS = 4  # of a table that is counted cell by cell, for each row


def association_table(
    samples: str | Path, factors: str | Path, *, label: str | None, group: str | None
) -> dict[str, pd.DataFrame]:
    """Measure how strongly all factors, the label and the groups go together, over all rows.

    Args:
        samples: the dataset.
        factors: of its samples.
        label: what the label's column is called; None for no label.
        group: what the groups' column is called; None where every row is its own.

    Returns:
        ``association``: a row per pair and measure, with the columns ``factor``, ``other``, ``measure``, ``value``
        (NaN where a column is constant) and ``rows`` where both are known. Theil's U has a row for either direction:
        the share of the factor's entropy that the other explains.
    """
    known = [factor.learned_from(factor.known) for factor in read_factors(factors, dataset_digest(samples))]
    columns = columns_with_roles(samples, known, label=label, group=group)
    rows = [row for column, other in combinations(columns, 2) for row in _pair_rows(column, other)]
    return {"association": pd.DataFrame(rows, columns=COLUMNS)}


def columns_with_roles(
    samples: str | Path, factors: Sequence[Factor], *, label: str | None, group: str | None
) -> list[Factor]:
    """Return the factors, and label and groups as factors where they are no factors already."""
    stored = read_samples(samples, ["group", *([LABEL] if label is not None else [])])
    columns = {factor.name: factor for factor in factors}
    for name, values in ((label, stored.get(LABEL)), (group, stored["group"])):
        if name is not None and values is not None:
            codes = values if name == label else np.unique(values, return_inverse=True)[1]
            added = replace(label_factor(codes), name=name)
            columns.setdefault(name, added.learned_from(added.known))
    return list(columns.values())


def _pair_rows(column: Factor, other: Factor) -> Iterator[tuple[str, str, str, float, int]]:
    known = column.known & other.known
    first, second, rows = column.at(known), other.at(known), int(known.sum())
    measure, value = associate(first, second)
    yield column.name, other.name, measure, value, rows
    if measure == CRAMER:
        yield column.name, other.name, THEIL, uncertainty_coefficient(first.values, second.values), rows
        yield other.name, column.name, THEIL, uncertainty_coefficient(second.values, first.values), rows


def associate(column: Factor, other: Factor) -> tuple[str, float]:
    """Return the measure for two factors of the same n samples, known everywhere, and its value."""
    kinds = {"classes" if factor.kind in CLASSES else factor.kind for factor in (column, other)}
    if not len(column.values):
        return CRAMER if kinds == {"classes"} else RATIO, np.nan
    if kinds == {"classes"}:
        return CRAMER, cramers_v(column.values, other.values)
    if "classes" in kinds:
        classes, numbers = (column, other) if column.kind in CLASSES else (other, column)
        return RATIO, correlation_ratio(classes.values, factor_targets(numbers))
    if kinds == {"continuous"}:
        ranks = [pd.Series(factor.values).rank().to_numpy()[:, None] for factor in (column, other)]
        return SPEARMAN, canonical_correlation(*ranks)
    return (CIRCULAR if kinds == {"angle"} else CIRCULAR_LINEAR), canonical_correlation(
        factor_targets(column), factor_targets(other)
    )


def cramers_v(column: np.ndarray, other: np.ndarray) -> float:
    """Return Cramér's V of two arrays of classes [n], corrected for its bias; NaN where one has a single class.

    The square of φ falls by what independent columns have on average, and the number of classes by what it is
    overestimated (Bergsma 2013).
    """
    counts, first, second = _contingency(column, other)
    rows, classes = counts.sum(), np.array([_codes(column).max() + 1, _codes(other).max() + 1])
    if classes.min() < 2:
        return np.nan
    phi = (np.square(counts) / (first * second)).sum() - 1
    phi = max(0.0, phi - np.prod(classes - 1) / (rows - 1))
    most = (classes - np.square(classes - 1) / (rows - 1)).min() - 1
    return float(min(1.0, np.sqrt(phi / most))) if most > ROUNDING else np.nan


def uncertainty_coefficient(column: np.ndarray, other: np.ndarray) -> float:
    """Return Theil's U: the share of the entropy of the first classes [n] that the second take away; NaN for none."""
    counts, _, second = _contingency(column, other)
    whole = np.bincount(_codes(column)) / len(column)
    entropy = -(whole * np.log(whole)).sum()
    within = -(counts * np.log(counts / second)).sum() / len(column)
    return float(np.clip(1 - within / entropy, 0, 1)) if entropy > ROUNDING else np.nan


def correlation_ratio(classes: np.ndarray, values: np.ndarray) -> float:
    """Return η: the root of the share of the variance of values [n, T] between classes [n], corrected for its bias.

    The share is ε² = 1 − (1 − η²)(n − 1)/(n − K), at least 0 (Kelley 1935). NaN for one class, or a class per row.
    """
    index = _codes(classes)
    counts = np.bincount(index)
    rows, count = len(index), len(counts)
    centered = values - values.mean(0)
    total = np.square(centered).sum()
    if count < 2 or rows <= count or total <= ROUNDING * np.square(values).sum():
        return np.nan
    sums = np.stack([np.bincount(index, column, count) for column in centered.T], axis=1)
    between = (np.square(sums) / counts[:, None]).sum()
    return float(np.sqrt(np.clip(1 - (1 - between / total) * (rows - 1) / (rows - count), 0, 1)))


def canonical_correlation(column: np.ndarray, other: np.ndarray) -> float:
    """Return the first canonical correlation of columns [n, S] and [n, T]; NaN where one side is constant.

    Of single columns it is the size of their correlation; of one column and several, their multiple correlation.
    """
    bases = [_orthonormal(column), _orthonormal(other)]
    if min(basis.shape[1] for basis in bases) == 0:
        return np.nan
    return float(min(1.0, np.linalg.svd(bases[0].T @ bases[1], compute_uv=False)[0]))


def _orthonormal(columns: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis [n, R] of centered columns [n, T]; what varies by rounding alone is left out."""
    left, spread, _ = np.linalg.svd(columns - columns.mean(0), full_matrices=False)
    least = np.sqrt(ROUNDING * len(columns)) * max(float(np.abs(columns).max()), ROUNDING)
    return np.asarray(left[:, spread > least])


def _codes(classes: np.ndarray) -> np.ndarray:
    """Return classes [n], whole numbers from 0, as codes without gaps."""
    codes = classes.astype(np.intp)
    return np.asarray((np.cumsum(np.bincount(codes) > 0) - 1)[codes])


def _contingency(column: np.ndarray, other: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the filled cells of the table of two arrays of classes [n]: their rows, and those of either class."""
    first, second = _codes(column), _codes(other)
    of_first, of_second = np.bincount(first), np.bincount(second)
    together = first * len(of_second) + second
    if len(of_first) * len(of_second) <= MOST_CELLS * len(together):
        table = np.bincount(together)
        cells = np.flatnonzero(table)
        counts = table[cells]
    else:  # mostly empty
        cells, counts = np.unique(together, return_counts=True)
    rows, columns = np.divmod(cells, len(of_second))
    return counts, of_first[rows], of_second[columns]

"""The unit at which a factor varies: what is drawn once per site is known of ten sites, not of a hundred patients.

A factor that is constant within the values of another column, in which the groups nest, varies between these values
only. Its rows are pseudoreplicates (Hurlbert 1984): tests, intervals and splits must be over that coarser unit.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.datasets.samples import read_samples

PREFIX = "unit "  # of the columns of a samples file that hold units
NESTED = 0.9  # of the groups are of one unit only
BY_CHANCE = 1e-4  # a factor is as constant within a unit with a chance below this


@dataclass(frozen=True)
class Unit:
    """What a factor varies between, coarser than the groups.

    Attributes:
        name: the column that names it.
        codes: int [N], of each row; rows where the column is unknown are of their own group.
        count: of the column's values.
    """

    name: str
    codes: np.ndarray
    count: int


def varying_units(factors: Sequence[Factor], groups: np.ndarray, columns: Sequence[Factor] = ()) -> list[Unit | None]:
    """Find the unit at which each factor varies.

    Args:
        factors: of N samples, the columns of one table.
        groups: codes [N].
        columns: of the table that may be units too, or say more than the factors of their names.

    Returns:
        For each factor the coarsest column within whose values it is constant; None where that is the group. An alias
        of a column of classes, with one value for each of its values, varies as that column does: by group.
    """
    index = np.unique(groups, return_inverse=True)[1]
    by_name = {column.name: column for column in [*factors, *columns]}
    candidates = [unit for column in by_name.values() if (unit := _as_unit(column, index)) is not None]
    candidates.sort(key=lambda unit: (unit.count, by_name[unit.name].kind not in CLASSES))
    return [
        next((unit for unit in candidates if _varies_at(factor, by_name[unit.name], unit, index)), None)
        for factor in factors
    ]


def unit_columns(table: pd.DataFrame, factors: Sequence[Factor], groups: np.ndarray) -> dict[str, np.ndarray]:
    """Return the columns of a table that are units of factors, for the samples file.

    Args:
        table: N rows; the columns that may be units, probed or not.
        factors: of N samples.
        groups: codes [N].

    Returns:
        By name in the samples file, codes [N], -1 where unknown.
    """
    columns = []
    for name in table:
        codes, _ = pd.factorize(table[name], sort=True)
        is_amount = pd.api.types.is_float_dtype(table[name]) or pd.api.types.is_datetime64_any_dtype(table[name])
        kind = "continuous" if is_amount else "categorical"
        columns.append(Factor(str(name), kind, np.where(codes < 0, np.nan, codes.astype(np.float64))))
    names = {unit.name for unit in varying_units(factors, groups, columns) if unit is not None}
    return {
        f"{PREFIX}{column.name}": np.nan_to_num(column.values, nan=-1).astype(np.int64)
        for column in columns
        if column.name in names
    }


def read_unit_columns(samples: str | Path) -> list[Factor]:
    """Read the columns that :func:`unit_columns` returned for a samples file."""
    names = [name for name in pq.read_schema(samples).names if name.startswith(PREFIX)]
    return [
        Factor(name.removeprefix(PREFIX), "categorical", np.where(codes < 0, np.nan, codes.astype(np.float64)))
        for name, codes in read_samples(samples, names).items()
    ]


def _as_unit(factor: Factor, groups: np.ndarray) -> Unit | None:
    """Return a column as a unit, if the groups nest in it and it is coarser."""
    known = factor.known
    if factor.kind == "angle" or not known.any():
        return None
    values, codes = np.unique(factor.values[known], return_inverse=True)
    known_groups = groups[known]
    total = len(np.unique(known_groups))
    if not 2 < len(values) <= total / 2:
        return None
    least, most = np.full(groups.max() + 1, len(values)), np.full(groups.max() + 1, -1)
    np.minimum.at(least, known_groups, codes)
    np.maximum.at(most, known_groups, codes)
    if (least == most).sum() < NESTED * total:
        return None
    rows = np.where(most >= 0, most, len(values) + np.arange(len(most)))[groups]
    rows[known] = codes
    return Unit(factor.name, rows, len(values))


def _varies_at(factor: Factor, column: Factor, unit: Unit, groups: np.ndarray) -> bool:
    """Return whether a factor is constant within the values of a unit, which chance hardly makes it."""
    rows = factor.known & column.known
    if factor.name == unit.name or not rows.any():
        return False
    pairs = np.unique(np.stack([unit.codes[rows], factor.values[rows]], axis=1), axis=0)
    if len(np.unique(pairs[:, 0])) < len(pairs) or len(np.unique(pairs[:, 1])) < 2:
        return False
    aliases = len(np.unique(pairs[:, 1])) == len(pairs)
    if (aliases and factor.kind in CLASSES) or (column.kind not in CLASSES and _is_binned(pairs)):
        return False
    return _chance(factor.values[rows], unit.codes[rows], groups[rows]) < BY_CHANCE


def _is_binned(pairs: np.ndarray) -> bool:
    """Return whether each value of a factor is of one range of a number, as the age's decades: [U, 2]."""
    changes = int((np.diff(pairs[np.argsort(pairs[:, 0]), 1]) != 0).sum())
    return changes == len(np.unique(pairs[:, 1])) - 1


def _chance(values: np.ndarray, units: np.ndarray, groups: np.ndarray) -> float:
    """Return the chance of groups to agree within every unit if they had their values at random."""
    _, first = np.unique(groups, return_index=True)
    _, codes = np.unique(values[first], return_inverse=True)
    shares = np.bincount(codes) / len(codes)
    _, ones = np.unique(units[first], return_index=True)
    rest = np.delete(codes, ones)  # all but one group of each unit
    return float(np.exp(np.log(shares[rest]).sum()))

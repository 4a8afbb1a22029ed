"""Which columns of a user's table are probed, as factors."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.factor_kinds import NotAFactorError, is_group, to_factor
from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.datasets.samples import SPLITS
from exoprobe.errors import ExoprobeError


def read_kinds(
    path: str | Path, table: pd.DataFrame, groups: np.ndarray, roles: Roles
) -> tuple[list[Factor], list[str]]:
    """Turn the columns of a table into factors.

    Args:
        path: the table, for the errors.
        table: N rows; its index gives their rows in the file.
        groups: codes [N].
        roles: what the columns are.

    Returns:
        The factors, and a sentence per column that was left out.

    Raises:
        ExoprobeError: where a column that the user named cannot be a factor, or one names the groups.
    """
    factors, left_out = [], []
    for name in roles.candidates(list(table)):
        try:
            factor = to_factor(table[name], (roles.kinds or {}).get(name))
        except NotAFactorError as error:
            if roles.named(name):
                raise ExoprobeError(f"{path}: {error}") from error
            left_out.append(f"{error}.")
            continue
        except ExoprobeError as error:
            raise ExoprobeError(f"{path}: {error}") from error
        if roles.group is not None and is_group(factor, groups):
            raise ExoprobeError(
                f"{path}: {name} equals the group column {roles.group}, each value is of one group only, so "
                "nothing can be learned of it from other groups; name the factors with probe, or another group"
            )
        factors.append(factor)
    return factors, left_out


def settle(
    path: str | Path, factors: Sequence[Factor], parts: np.ndarray, roles: Roles
) -> tuple[list[Factor], list[str]]:
    """Leave out what cannot be learned or tested: values that are not in every split.

    Args:
        path: the table, for the errors.
        factors: of N samples.
        parts: places in :data:`exoprobe.datasets.samples.SPLITS`, [N].
        roles: what the columns are.

    Returns:
        The factors, unknown where a category is not in every split, and a sentence per factor that this concerns.

    Raises:
        ExoprobeError: where fewer than two values are left of a factor that the user named.
    """
    kept, left_out = [], []
    for factor in factors:
        factor, lost = _shared_categories(factor, parts) if factor.kind in CLASSES else (factor, ())
        if poor := _poor_split(factor, parts):
            sentence = f"{factor.name} cannot be probed, it has fewer than two values in {poor}"
            if roles.named(factor.name):
                raise ExoprobeError(f"{path}: {sentence}")
            left_out.append(f"{sentence}.")
            continue
        if lost:
            left_out.append(f"Rows where {factor.name} is {', '.join(lost)} are unknown: not every split has some.")
        kept.append(factor)
    return kept, left_out


def _shared_categories(factor: Factor, parts: np.ndarray) -> tuple[Factor, tuple[str, ...]]:
    """Keep the categories that every split has; return the names of the others too."""
    present = np.ones(len(factor.categories), bool)
    for part in range(len(SPLITS)):
        codes = factor.values[factor.known & (parts == part)].astype(np.int64)
        present &= np.bincount(codes, minlength=len(present)) > 0
    if present.all():
        return factor, ()
    renumbered = np.where(present, np.cumsum(present) - 1.0, np.nan)
    values = np.full(len(factor.values), np.nan)
    values[factor.known] = renumbered[factor.values[factor.known].astype(np.int64)]
    names = np.array(factor.categories)
    return replace(factor, values=values, categories=tuple(names[present].tolist())), tuple(names[~present].tolist())


def _poor_split(factor: Factor, parts: np.ndarray) -> str | None:
    """Name the first split in which a factor has fewer than two values."""
    for part, name in enumerate(SPLITS):
        if len(np.unique(factor.values[factor.known & (parts == part)])) < 2:
            return name
    return None

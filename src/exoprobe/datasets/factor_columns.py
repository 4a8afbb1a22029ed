"""Which columns of a user's table are probed, as factors."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.column_roles import DATE_KINDS, Roles
from exoprobe.datasets.dataset_notes import LEFT_OUT, Notes
from exoprobe.datasets.factor_kinds import NotAFactorError, is_group, to_factor
from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.datasets.folds import rows_needed
from exoprobe.datasets.samples import SPLITS
from exoprobe.errors import ExoprobeError

SHOWN = 5  # categories in a note


def read_kinds(path: str | Path, table: pd.DataFrame, groups: np.ndarray, roles: Roles, notes: Notes) -> list[Factor]:
    """Turn the columns of a table into factors.

    Args:
        path: the table, for the errors.
        table: N rows; its index gives their rows in the file.
        groups: codes [N].
        roles: what the columns are.
        notes: a sentence per column that is left out, and how the others were read.

    Raises:
        ExoprobeError: where a column that the user named cannot be a factor, or names the groups.
    """
    factors = []
    columns = [str(name) for name in table]
    asked = [(name, kind) for name in roles.candidates(columns) for kind in roles.kinds_of(name)]
    for name, kind in asked:
        try:
            factor = _named(to_factor(table[name], kind, notes), kind, roles, columns)
            if roles.group is not None and is_group(factor, groups):
                _refuse_group(factor, groups, roles)
        except NotAFactorError as error:
            if roles.named(name):
                raise ExoprobeError(f"{path}: {error}") from error
            notes.leave_out(name, f"{error}.")
        except ExoprobeError as error:
            raise ExoprobeError(f"{path}: {error}") from error
        else:
            factors.append(factor)
    return factors


def _named(factor: Factor, kind: str | None, roles: Roles, columns: Sequence[str]) -> Factor:
    """Name a part of a column's dates, ``visit weekday``, where it is not the only one."""
    if kind in (None, DATE_KINDS[0]) or len(roles.kinds_of(factor.name)) == 1:
        return factor
    name = f"{factor.name} {kind}"
    if name in columns:
        raise ExoprobeError(f"kinds: {factor.name} has the part {kind}, but {name!r} is a column too; rename it")
    return replace(factor, name=name)


def _refuse_group(factor: Factor, groups: np.ndarray, roles: Roles) -> None:
    """Refuse a factor whose values are each of one group only; a number that the user names as one is none."""
    if factor.kind not in CLASSES and (roles.kinds or {}).get(factor.name) is not None:
        return
    values = len(np.unique(factor.values[factor.known]))
    how = "equals" if values == len(np.unique(groups[factor.known])) else "divides"
    raise NotAFactorError(
        f"{factor.name} cannot be probed, it {how} the group column {roles.group_name}: each value is of one group "
        "only, so nothing can be learned of it from other groups"
    )


def drop_untestable(
    path: str | Path, factors: Sequence[Factor], splits: np.ndarray, roles: Roles, notes: Notes
) -> list[Factor]:
    """Leave out what cannot be learned or tested: values that are not in every split, or in all that is fitted on.

    Args:
        path: the table, for the errors.
        factors: of N samples.
        splits: names of splits or folds, [N].
        roles: what the columns are.
        notes: a sentence per factor that this concerns.

    Returns:
        The factors, unknown where a category is left out.

    Raises:
        ExoprobeError: where fewer than two values are left of a factor that the user named.
    """
    needed = rows_needed(splits)
    kept = []
    for factor in factors:
        poor = _poor_rows(factor, needed)
        shared, lost = _shared_categories(factor, needed) if factor.kind in CLASSES else (factor, ())
        if poor or (poor := _poor_rows(shared, needed)):
            sentence = f"{factor.name} cannot be probed, it has fewer than two values in {poor}"
            if set(needed) != set(SPLITS) or (lost and not _poor_rows(factor, needed)):
                sentence = f"{factor.name} cannot be probed, fewer than two of its values are {_everywhere(needed)}"
            if roles.named(factor.name):
                raise ExoprobeError(f"{path}: {sentence}")
            notes.leave_out(factor.name, f"{sentence}.")
            continue
        if lost:
            shown = ", ".join(lost[:SHOWN]) + (f" and {len(lost) - SHOWN:,} more" if len(lost) > SHOWN else "")
            notes.add(
                LEFT_OUT,
                factor.name,
                f"Rows where {factor.name} is {shown} are unknown: these values are not {_everywhere(needed)}.",
            )
        kept.append(shared)
    return kept


def are_testable(factors: Sequence[Factor], splits: np.ndarray) -> bool:
    """Return whether all values of all factors can be learned and tested with some splits or folds, [N]."""
    needed = rows_needed(splits)
    return all(
        not _poor_rows(factor, needed) and not (factor.kind in CLASSES and _shared_categories(factor, needed)[1])
        for factor in factors
    )


def _everywhere(needed: Mapping[str, np.ndarray]) -> str:
    return "in every split" if set(needed) == set(SPLITS) else "in enough groups to be learned in every fold"


def _shared_categories(factor: Factor, needed: Mapping[str, np.ndarray]) -> tuple[Factor, tuple[str, ...]]:
    """Keep the categories that all these rows have; return the names of the others too."""
    present = np.ones(len(factor.categories), bool)
    for rows in needed.values():
        codes = factor.values[factor.known & rows].astype(np.int64)
        present &= np.bincount(codes, minlength=len(present)) > 0
    if present.all():
        return factor, ()
    renumbered = np.where(present, np.cumsum(present) - 1.0, np.nan)
    values = np.full(len(factor.values), np.nan)
    values[factor.known] = renumbered[factor.values[factor.known].astype(np.int64)]
    names = np.array(factor.categories)
    return replace(factor, values=values, categories=tuple(names[present].tolist())), tuple(names[~present].tolist())


def _poor_rows(factor: Factor, needed: Mapping[str, np.ndarray]) -> str | None:
    """Name the first rows in which a factor has fewer than two values."""
    for name, rows in needed.items():
        if len(np.unique(factor.values[factor.known & rows])) < 2:
            return name
    return None

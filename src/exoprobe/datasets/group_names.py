"""Codes of a user's groups and labels, whose names may differ in blanks, case or Unicode's forms."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.dataset_notes import Notes
from exoprobe.datasets.row_names import row_name
from exoprobe.datasets.text_values import merge, same_name
from exoprobe.errors import ExoprobeError

SHOWN = 3
MANY_LABELS = 100


def group_codes(
    path: str | Path, table: pd.DataFrame, roles: Roles, notes: Notes
) -> tuple[np.ndarray, Sequence[object]]:
    """Return the groups, codes from 0 [N], and what they stand for; each row is its own if there is no column.

    Names that differ in blanks, case or Unicode's forms alone are one group, with a note.

    Raises:
        ExoprobeError: where a row has no group.
    """
    if roles.group is None:
        return np.arange(len(table)), table.index.tolist()
    column = table[roles.group]
    missing = np.flatnonzero(column.isna() | (column.astype(str).str.strip() == ""))
    if missing.size:
        raise ExoprobeError(
            f"{path}: {row_name(table.index, missing[0])} has no {roles.group}; every row needs its group"
        )
    codes, distinct = pd.factorize(column, sort=True)
    names = list(distinct)
    if all(isinstance(name, str) for name in names):
        codes, names = _merged(roles.group, codes, names, notes)
    return codes.astype(np.int64), names


def _merged(column: str, codes: np.ndarray, names: list[str], notes: Notes) -> tuple[np.ndarray, list[str]]:
    new, merged, examples = merge(names, np.bincount(codes), [same_name(name) for name in names])
    if examples:
        more = f" and {len(examples) - SHOWN:,} more" if len(examples) > SHOWN else ""
        notes.add(
            "groups",
            column,
            f"{column}: names that differ in blanks, case or Unicode's forms alone are one group: "
            f"{', '.join(examples[:SHOWN])}{more}.",
        )
    if doubtful := _alike(merged):
        notes.add("groups", column, f"{column}: {doubtful}, which stay apart; write them alike if they are one.")
    order = np.argsort(merged)
    rank = np.argsort(order)
    return rank[new[codes]], [merged[index] for index in order]


def _alike(names: list[str]) -> str:
    """Return the first names that differ in signs and leading zeros alone, and how many such there are."""
    by_form: dict[str, list[str]] = {}
    for name in names:
        by_form.setdefault(re.sub(r"[\W_]+|(?<!\d)0+(?=\d)", "", same_name(name)), []).append(name)
    alike = [forms for forms in by_form.values() if len(forms) > 1]
    if not alike:
        return ""
    more = f", and {len(alike) - 1:,} more such" if len(alike) > 1 else ""
    return f"{' and '.join(map(repr, alike[0][:2]))} differ in signs or zeros alone{more}"


def label_codes(path: str | Path, table: pd.DataFrame, roles: Roles, notes: Notes) -> np.ndarray:
    """Return codes of the label [N], -1 where it is not known.

    Raises:
        ExoprobeError: where it has one value, or nearly as many as rows.
    """
    if roles.label is None:
        return np.full(len(table), -1)
    if roles.label == roles.group:
        return group_codes(path, table, roles, Notes())[0]
    codes, names = pd.factorize(table[roles.label], sort=True)
    start = f"{path}: the label {roles.label} has {len(names):,} values"
    if len(names) < 2:
        raise ExoprobeError(f"{start}; it needs two or more")
    if len(names) > max(10, (codes >= 0).sum() / 2):
        raise ExoprobeError(
            f"{start} in {len(table):,} rows; a label is a class that rows share: name another column, or none"
        )
    if len(names) > MANY_LABELS:
        notes.add("label", roles.label, f"The label {roles.label} has {len(names):,} values; a label is a class.")
    return codes.astype(np.int64)

"""Codes of a user's groups and labels, whose names may differ in blanks, case or Unicode's forms."""

import re
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.dataset_notes import Notes
from exoprobe.datasets.factor_kinds import to_factor
from exoprobe.datasets.factors import CLASSES
from exoprobe.datasets.group_split import LEAST_GROUPS_IN_ALL
from exoprobe.datasets.row_names import row_name
from exoprobe.datasets.text_values import LIKELY_UNKNOWN, UNKNOWN_WORDS, merge, same_name
from exoprobe.errors import ExoprobeError

SHOWN = 3
SESSION = re.compile(
    r"(.*[^\W_])(?:[-_. /]+[A-Za-z]{0,8}[-_]?\d{1,2}|(?<=\d)[a-z])"
)  # a name, and what follows it for one session
MOST_SESSIONS = 4  # on average; more are people of a site rather than sessions of a person
MANY_LABELS = 100


def group_codes(
    path: str | Path, table: pd.DataFrame, roles: Roles, notes: Notes
) -> tuple[np.ndarray, Sequence[object]]:
    """Return the groups, codes from 0 [N], and what they stand for; each row is its own if there is no column.

    Of several columns, rows that share a value of any are in one group, and so are all that hang together through
    others: patients nested in sites are grouped by site, a patient of two sites joins these. Names that differ in
    blanks, case or Unicode's forms alone are one, with a note.

    Raises:
        ExoprobeError: where a row has no group.
    """
    if roles.group is None:
        return np.arange(len(table)), table.index.tolist()
    columns = [_column_codes(path, table, name, notes) for name in roles.group_columns]
    if len(columns) == 1:
        return columns[0]
    groups = _joined([codes for codes, _ in columns])
    _, first = np.unique(groups, return_index=True)
    called = zip(roles.group_columns, columns, strict=True)
    texts = [[f"{name} {names[code]}" for code in codes[first]] for name, (codes, names) in called]
    counts = [f"{len(names):,} of {name}" for name, (_, names) in zip(roles.group_columns, columns, strict=True)]
    notes.add(
        "groups",
        None,
        f"Rows that share {' or '.join(roles.group_columns)} stay in one split: {', '.join(counts)} make "
        f"{len(first):,} groups.",
    )
    return groups, [", ".join(values) for values in zip(*texts, strict=True)]


def _column_codes(
    path: str | Path, table: pd.DataFrame, name: str, notes: Notes
) -> tuple[np.ndarray, Sequence[object]]:
    """Return the groups of one column, codes from 0 [N], and their names."""
    column = table[name]
    missing = np.flatnonzero(column.isna() | (column.astype(str).str.strip() == ""))
    if missing.size:
        raise ExoprobeError(f"{path}: {row_name(table.index, missing[0])} has no {name}; every row needs its group")
    codes, distinct = pd.factorize(column, sort=True)
    names = list(distinct)
    if all(isinstance(value, str) for value in names):
        codes, names = _merged(name, codes, names, notes)
    return codes.astype(np.int64), names


def _joined(columns: Sequence[np.ndarray]) -> np.ndarray:
    """Return which rows hang together through equal codes in any of the columns [N]: codes from 0 [N]."""
    starts = np.cumsum([0, *(codes.max() + 1 for codes in columns)])
    others = np.concatenate([codes + start for codes, start in zip(columns, starts[:-1], strict=True)])
    first = np.tile(columns[0], len(columns))
    links = coo_array((np.ones(len(first)), (first, others)), shape=(starts[-1], starts[-1]))
    return np.unique(connected_components(links, directed=False)[1][columns[0]], return_inverse=True)[1]


def joined_fault(path: str | Path, table: pd.DataFrame, roles: Roles) -> str:
    """Return why several group columns leave too few groups to split, and which column to leave out, if one helps."""
    columns = {name: _column_codes(path, table, name, Notes())[0] for name in roles.group_columns}
    count = _joined(list(columns.values())).max() + 1
    left = {name: _joined([codes for other, codes in columns.items() if other != name]).max() + 1 for name in columns}
    most = max(left, key=lambda name: int(left[name]))
    if left[most] < LEAST_GROUPS_IN_ALL:
        return ""
    others = " and ".join(name for name in columns if name != most)
    together = "all rows hang together" if count == 1 else f"rows hang together in {count} groups"
    return (
        f"{together} through {roles.group_name}, and at least {LEAST_GROUPS_IN_ALL} groups are needed to fit, tune and "
        f"test on different ones; leave {most} out of group: {others} alone gives {left[most]:,}"
    )


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
    for value in (value for value in merged if value.casefold() in UNKNOWN_WORDS | LIKELY_UNKNOWN | {"none"}):
        count = int((codes == names.index(value)).sum())
        notes.add(
            "groups",
            column,
            f"{column} is {value!r} in {count:,} rows, which count as one group; give each row its own name where it "
            "is unknown.",
        )
    if within := _sessions(merged):
        notes.add("groups", column, f"{column}: {within}")
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


def _sessions(names: list[str]) -> str:
    """Say that names may be of parts of something larger: P1_s1 and P1_s2 of P1; empty where they are not."""
    matches = [SESSION.fullmatch(name) for name in names]
    wholes = {match[1] for match in matches if match}
    if (
        None in matches
        or not LEAST_GROUPS_IN_ALL <= len(wholes) <= len(names) / 1.5
        or len(names) > MOST_SESSIONS * len(wholes)
    ):
        return ""
    first = next(whole for whole in sorted(wholes) if sum(name.startswith(whole) for name in names) > 1)
    of_one = [name for name in names if name.startswith(first)][:2]
    return (
        f"{' and '.join(map(repr, of_one))} may be of one {first!r}, and are groups of their own; if they belong "
        "together, give group a column without what follows."
    )


def label_values(path: str | Path, table: pd.DataFrame, roles: Roles, notes: Notes) -> np.ndarray:
    """Return the label [N]: codes of classes, -1 where it is not known, or numbers, NaN where they are not.

    Raises:
        ExoprobeError: where it has one value, nearly as many texts as rows, or is an angle.
    """
    if roles.label is None:
        return np.full(len(table), -1)
    if roles.label in roles.group_columns:
        return _column_codes(path, table, roles.label, Notes())[0]
    numbers = _label_numbers(path, table[roles.label], roles, notes)
    if numbers is not None:
        return numbers
    codes, names = pd.factorize(table[roles.label], sort=True)
    start = f"{path}: the label {roles.label} has {len(names):,} values"
    if len(names) < 2:
        raise ExoprobeError(f"{start}; it needs two or more")
    if len(names) > max(10, (codes >= 0).sum() / 2):
        raise ExoprobeError(
            f"{start} in {len(table):,} rows; a label is a class that rows share, or a number: name another column, or "
            "none"
        )
    if len(names) > MANY_LABELS:
        notes.add("label", roles.label, f"The label {roles.label} has {len(names):,} values; a label is a class.")
    return codes.astype(np.int64)


def _label_numbers(path: str | Path, column: pd.Series, roles: Roles, notes: Notes) -> np.ndarray | None:
    """Return a label that is a number [N], NaN where it is unknown; None where it is a class."""
    kind, name = (roles.kinds or {}).get(str(column.name)), str(column.name)
    if kind in CLASSES or (kind is None and _are_classes(column)):
        return None
    read = Notes()
    try:
        factor = to_factor(column, kind, read)
    except ExoprobeError as error:
        raise ExoprobeError(f"{path}: the label {error}") from error
    if factor.kind == "angle":
        raise ExoprobeError(
            f"{path}: the label {name} is an angle; a label is a class or a number: name another column, or read it "
            f"as a number by kinds: {{{name}: continuous}}"
        )
    if factor.kind in CLASSES:
        return None
    for entry in read.entries if name not in roles.candidates([]) else ():
        notes.add("label", name, str(entry["message"]))
    change = "" if kind else f"; if its numbers are names of classes, set kinds: {{{name}: categorical}}"
    notes.add(
        "label",
        name,
        f"The label {name} is read as a number. Recognition and verification are of classes, and are not measured"
        f"{change}.",
    )
    return factor.values


def _are_classes(column: pd.Series) -> bool:
    """Return whether a label is text, or whole numbers that count classes from 0 or 1 without a gap."""
    known = column.dropna()
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column) or known.nunique() < 2:
        return True
    whole, count = bool((known == known.round()).all()), known.nunique()
    counted = whole and known.min() in (0, 1) and known.max() - known.min() == count - 1
    return counted and count <= min(MANY_LABELS, len(known) / 2)

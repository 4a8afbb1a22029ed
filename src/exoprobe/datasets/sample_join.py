"""Which row of a factor table belongs to which row of a feature file: by id, or by their order."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PureWindowsPath
from urllib.parse import unquote

import numpy as np
import pandas as pd

from exoprobe.datasets.row_names import row_name
from exoprobe.datasets.table_columns import cut
from exoprobe.datasets.text_values import clean_text
from exoprobe.datasets.user_file import UserFile
from exoprobe.errors import ExoprobeError


@dataclass(frozen=True)
class Rows:
    """The rows of a file: how many there are and, joined by id, what they are called.

    Attributes:
        path: the file.
        count: N.
        ids: text [N], None where the join is by order.
    """

    path: Path
    count: int
    ids: np.ndarray | None = None


def join(table: Rows, files: Sequence[Rows]) -> tuple[np.ndarray, str]:
    """Find the samples that the factor table and every feature file have.

    Args:
        table: the factor table.
        files: the feature files.

    Returns:
        Rows of the factor table [n], in its order, and a sentence on how the files were joined.

    Raises:
        ExoprobeError: where their lengths differ (by order), or they have no id in common (by id).
    """
    if table.ids is None:
        for file in files:
            if file.count != table.count:
                raise ExoprobeError(
                    f"{file.path} has {file.count} rows and {table.path} has {table.count}; joined by order they "
                    "must have equally many, so mend one or name a column of ids with id"
                )
        return np.arange(table.count), f"{table.count:,} rows, joined by order"
    shared = np.ones(table.count, bool)
    for file in files:
        if file.ids is None:
            raise ExoprobeError(f"{file.path} has no ids; {table.path} can be joined only by id")
        shared_with_file = np.isin(table.ids, file.ids)
        if not shared_with_file.any():
            raise ExoprobeError(
                f"{file.path} and {table.path} have no id in common; the first begins with "
                f"{cut(file.ids[0])!r}, the second with {cut(table.ids[0])!r}{_difference(file.ids, table.ids)}"
            )
        shared &= shared_with_file
    if not shared.any():
        raise ExoprobeError(f"{table.path}: none of its ids is in every feature file")
    return np.flatnonzero(shared), _sentence(table, files, table.ids[shared])


def _sentence(table: Rows, files: Sequence[Rows], joined: np.ndarray) -> str:
    lost = [f"{rows.count - len(joined):,} of {rows.path}" for rows in (table, *files) if rows.count > len(joined)]
    if not lost:
        return f"{len(joined):,} rows, joined by id"
    left, *others = [np.setdiff1d(rows.ids, joined) for rows in (table, *files) if rows.ids is not None]
    hint = next(filter(None, (_difference(ids, left) for ids in others)), "").replace(
        "they differ", "most of these differ"
    )
    return f"{len(joined):,} rows, joined by id; left out for want of a partner: {', '.join(lost)}{hint}"


def _difference(ids: np.ndarray, others: np.ndarray) -> str:
    """Return how most ids differ that would be the same without zeros, points, paths, endings, capitals or signs."""
    forms: dict[str, Callable[[str], str]] = {
        "leading zeros": lambda text: text.lstrip("0") or "0",
        "capitals": str.casefold,
        "a .0 at the end": lambda text: text.removesuffix(".0"),
        "a 00:00:00 at the end": lambda text: text.removesuffix(" 00:00:00"),
        "the folder or the file's ending": lambda text: PureWindowsPath(text).stem,
        "signs": lambda text: re.sub(r"[\W_]+", "", unquote(text)),
        "what stands before the number": lambda text: re.sub(r"^\D+(?=\d+$)", "", text),
    }
    for what, form in forms.items():
        same = {form(text) for text in ids.tolist()} & {form(text) for text in others.tolist()}
        if same and len(same) >= min(len(ids), len(others)) / 2:
            return f"; they differ in {what}: write them alike"
    return ""


def table_ids(path: str | Path, name: str, table: pd.DataFrame) -> np.ndarray:
    """Return the ids in a column of a factor table as text [N], see :func:`text_ids`."""
    return text_ids(path, name, table[name], partial(row_name, table.index))


def file_ids(file: UserFile, name: str) -> np.ndarray:
    """Return the ids of a feature file as text [N], see :func:`text_ids`."""
    return text_ids(file.path, name, pd.Series(file.required_ids()), file.row)


def text_ids(path: str | Path, name: str, ids: pd.Series, row: Callable[[int], str]) -> np.ndarray:
    """Return ids as text, so that 7, 7.0 and "7" are one, and blanks around them do not count.

    Args:
        path: the file, for the errors.
        name: the column.
        ids: [N], of any type.
        row: what errors call a row.

    Returns:
        Text [N].

    Raises:
        ExoprobeError: where one is missing or there twice, with its row.
    """
    if (missing := np.flatnonzero(ids.isna() | (ids.astype(str).str.strip() == ""))).size:
        raise ExoprobeError(f"{path}: {row(missing[0])} has no {name}; every row needs its id")
    if pd.api.types.is_float_dtype(ids) and (ids == ids.round()).all():
        ids = ids.astype(np.int64)
    ids = ids.astype(str).map(clean_text)
    if (again := np.flatnonzero(ids.duplicated())).size:
        first = int(np.flatnonzero(ids == ids.iloc[again[0]])[0])
        raise ExoprobeError(
            f"{path}: {row(first)} and {row(again[0])} have the same {name}, {ids.iloc[again[0]]!r}; "
            "an id may be there once"
        )
    return ids.to_numpy(dtype=str)

"""The dataset of an audit: a user's factor table, joined with the feature files, grouped and split."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.dataset_notes import LEFT_OUT, Notes
from exoprobe.datasets.dependent_rows import note_dependence
from exoprobe.datasets.factor_columns import are_testable, drop_untestable, read_kinds
from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.factors import CLASSES, Factor, write_factors
from exoprobe.datasets.filtered_rows import filter_rows
from exoprobe.datasets.folds import fold_names
from exoprobe.datasets.group_names import group_codes, joined_fault, label_values
from exoprobe.datasets.group_split import check_groups, draw_groups, given_split, make_repeats, make_split
from exoprobe.datasets.sample_join import Rows, file_ids, join, table_ids
from exoprobe.datasets.samples import REPEATS, SPLITS, dataset_digest, label_codes, split_codes, write_samples
from exoprobe.datasets.units import unit_columns
from exoprobe.datasets.user_columns import UserColumns, load_columns
from exoprobe.datasets.user_features import open_features
from exoprobe.datasets.user_file import UserFile
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AuditData:
    """What is audited.

    Attributes:
        columns: of the samples file, see :func:`exoprobe.datasets.samples.write_samples`.
        factors: in the samples' order.
        notes: ``joined``, a sentence; ``left_out``, sentences; ``notes``, each with ``kind``, ``column`` and
            ``message``; ``columns``, each with ``column``, ``kind`` and ``reason``.
    """

    columns: dict[str, np.ndarray]
    factors: list[Factor]
    notes: dict[str, Any]


def write_audit(data: AuditData, samples: str | Path, factors: str | Path, notes: str | Path) -> None:
    """Write a dataset.

    Args:
        data: of :func:`build_audit`.
        samples: the samples file to write.
        factors: the factors file to write.
        notes: the JSON file to write.
    """
    write_samples(samples, data.columns)
    write_factors(factors, data.factors, dataset_digest(samples))
    with atomic_write(notes) as temporary:
        temporary.write_text(json.dumps(data.notes, ensure_ascii=False, indent=1), encoding="utf-8")


def build_audit(
    path: str | Path, sources: Mapping[str, Sequence[str | Path]], roles: Roles, *, rows: int | None, seed: int
) -> AuditData:
    """Join, group and split a user's files.

    Args:
        path: the factor table.
        sources: feature files per representation, one per training seed.
        roles: what the table's columns are.
        rows: if given, whole groups are drawn up to so many rows.
        seed: of the draw and of the split.

    Raises:
        ExoprobeError: at the first fault in the files, in one line that names file, column or row.
    """
    notes = Notes()
    table = read_factor_table(path, [name for name in (roles.id, *roles.group_columns, roles.split) if name], notes)
    roles.check(path, [str(name) for name in table])
    files = {name: _open_files(paths, table, roles) for name, paths in sources.items()}
    numbers, ids = _by_row(path, table, roles, [file for opened in files.values() for file, _ in opened])
    table = table.iloc[numbers]
    kept, joined = join(Rows(Path(path), len(table), ids), [rows for opened in files.values() for _, rows in opened])
    if roles.where is not None:
        kept = kept[filter_rows(roles.where, path, table.iloc[kept])]
        joined = f"{joined}; {len(kept):,} of them where {roles.where}"
    if rows is not None and rows < len(kept):
        kept = kept[_drawn(path, table.iloc[kept], roles, rows, seed)]
        joined = f"{joined}; {len(kept):,} of them drawn by group"
    notes.add("rows", None, f"{joined}.")
    total, table = len(table), table.iloc[kept]
    groups, names = group_codes(path, table, roles, notes)
    if roles.split is None:
        _check_groups(path, groups, table, roles, joined if len(kept) < total else "")
    labels = label_values(path, table, roles, notes)
    factors = read_kinds(path, table, groups, roles, notes)
    splits = _splits(path, table, groups, names, factors, roles, seed)
    possible = [name for name in table if name not in roles.reserved]
    units = unit_columns(table[possible], factors, groups)
    factors = drop_untestable(path, factors, splits, roles, notes)
    if not factors:
        left_out = " ".join(notes.of(LEFT_OUT)) or "it has no other"
        raise ExoprobeError(f"{path}: no column is left to be probed; {left_out}")
    repeats = _repeats(groups, splits, factors, seed)
    ids = kept.astype(str) if ids is None else ids[kept]
    used = _load(files, notes)
    classes = label_codes(labels)
    note_dependence(used.rows, _file_rows(used, kept, ids, roles), table, groups, classes, factors, roles, notes)
    _log(notes, factors)
    order = np.argsort(split_codes(splits), kind="stable")
    columns = {"row": numbers[kept], "id": ids, "group": groups, "split": splits, "label": labels, **units}
    if repeats.shape[1]:
        columns[REPEATS] = repeats
    return AuditData(
        {"sample_id": np.arange(len(kept)), **{name: column[order] for name, column in columns.items()}},
        [replace(factor, values=factor.values[order]) for factor in factors],
        {
            "joined": f"{joined}.",
            "left_out": notes.of(LEFT_OUT),
            "notes": notes.entries,
            "columns": notes.columns,
        },
    )


def _log(notes: Notes, factors: Sequence[Factor]) -> None:
    for entry in notes.entries:
        log.info("%s", entry["message"])
    log.info("factors: %s", ", ".join(f"{factor.name} ({factor.kind})" for factor in factors))


def _open_files(paths: Sequence[str | Path], table: pd.DataFrame, roles: Roles) -> list[tuple[UserFile, Rows]]:
    """Open the files of a representation; refuse one twice, and those with a factor or another number of features."""
    opened = []
    if same := [path for index, path in enumerate(paths) if path in paths[:index]]:
        raise ExoprobeError(f"{same[0]} is given twice as a training seed of one representation; name each file once")
    files = [open_features(path, roles.id) for path in paths]
    for file in files:
        if both := [name for name in file.columns if name in table]:
            raise ExoprobeError(
                f"{file.path}: {both[0]} is a column of the factor table too; what is probed must not be among the "
                "features: save features and factors as two files, or the features as one column of lists in Parquet"
            )
        if file.dimension != files[0].dimension:
            raise ExoprobeError(
                f"{file.path} has {file.dimension} features and {files[0].path} has {files[0].dimension}; files of "
                "one representation are its training seeds and must have equally many; name two models apart, "
                "features: {first: a.npy, second: b.npy}"
            )
        ids = None if roles.id is None else file_ids(file, roles.id)
        opened.append((file, Rows(file.path, file.rows, ids)))
    return opened


def _by_row(
    path: str | Path, table: pd.DataFrame, roles: Roles, files: Sequence[UserFile]
) -> tuple[np.ndarray, np.ndarray | None]:
    """Return which row of the factor table each sample is, and its id, None without a column of ids.

    Where rows of a file are of one sample of the table, its row is repeated for them, under their ids.

    Raises:
        ExoprobeError: where these have no group.
    """
    numbers, ids = np.arange(len(table)), None if roles.id is None else table_ids(path, roles.id, table)
    rows = next((file for file in files if file.samples is not None), None)
    if rows is None or rows.samples is None or ids is None or roles.id is None:
        return numbers, ids
    if roles.group is None:
        raise ExoprobeError(
            f"{rows.path}: rows of one file are not independent, and there is no audit.group; give the column "
            f"{roles.id}, or one that holds several of its values"
        )
    row_numbers = pd.Index(ids).get_indexer(pd.Index(rows.samples))
    known = row_numbers >= 0
    return (row_numbers[known], file_ids(rows, roles.id)[known]) if known.any() else (numbers, ids)


def _load(files: Mapping[str, Sequence[tuple[UserFile, Rows]]], notes: Notes) -> UserColumns:
    """Note which columns of every file are used, and how; return the first file's."""
    first = None
    for opened in files.values():
        kept = []
        for file, _ in opened:
            columns = load_columns(file)
            for note in columns.notes:
                notes.add(*note)
            kept.append(len(columns.kept))
            first = columns if first is None else first
        if len(set(kept)) > 1:
            raise ExoprobeError(
                f"{opened[0][0].path}: {kept[0]} columns are features and {max(kept)} in another seed's file, "
                "without those that number the rows; remove these from all"
            )
    if first is None:
        raise ExoprobeError("no feature file is given; name one at least")
    return first


def _file_rows(used: UserColumns, kept: np.ndarray, ids: np.ndarray, roles: Roles) -> np.ndarray:
    """Return which row of a feature file each sample is, [N]."""
    if roles.id is None:
        return kept
    return pd.Index(file_ids(used.file, roles.id)).get_indexer(pd.Index(ids))


def _drawn(path: str | Path, table: pd.DataFrame, roles: Roles, rows: int, seed: int) -> np.ndarray:
    """Draw whole groups up to so many rows, bool [N]."""
    chosen = draw_groups(group_codes(path, table, roles, Notes())[0], rows, seed)
    if not chosen.any():
        raise ExoprobeError(f"{path}: audit.rows is {rows}, fewer than the group that was drawn first has")
    return chosen


def _check_groups(path: str | Path, groups: np.ndarray, table: pd.DataFrame, roles: Roles, left: str) -> None:
    """Refuse too few groups; say which rows are left if these are not all."""
    try:
        check_groups(groups)
    except ExoprobeError as error:
        joined = joined_fault(path, table, roles) if len(roles.group_columns) > 1 else ""
        raise ExoprobeError(f"{path}: {joined or error}{f' ({left})' if left else ''}") from error


def _splits(
    path: str | Path,
    table: pd.DataFrame,
    groups: np.ndarray,
    group_names: Sequence[object],
    factors: Sequence[Factor],
    roles: Roles,
    seed: int,
) -> np.ndarray:
    """Return the name of each row's split [N], the user's or one that is made."""
    try:
        if roles.split is not None:
            return np.array(SPLITS)[given_split(groups, table[roles.split], group_names)]
        return make_split(groups, _classes(factors), seed)
    except ExoprobeError as error:
        raise ExoprobeError(f"{path}: {error}") from error


def _repeats(groups: np.ndarray, splits: np.ndarray, factors: Sequence[Factor], seed: int) -> np.ndarray:
    """Return the folds of further cross-validations in which every factor can be learned, uint8 [N, R]."""
    if set(splits.tolist()) <= set(SPLITS):
        return np.zeros((len(groups), 0), np.uint8)
    repeats = make_repeats(groups, _classes(factors), seed)
    return repeats[:, [are_testable(factors, fold_names(numbers)) for numbers in repeats.T]]


def _classes(factors: Sequence[Factor]) -> list[np.ndarray]:
    return [factor.values for factor in factors if factor.kind in CLASSES]

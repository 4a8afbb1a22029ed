"""The dataset of an audit: a user's factor table, joined with the feature files, grouped and split."""

import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.factor_columns import read_kinds, settle
from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.factors import CLASSES, Factor, write_factors
from exoprobe.datasets.group_split import check_groups, draw_groups, given_split, make_split
from exoprobe.datasets.sample_join import Rows, join, text_ids
from exoprobe.datasets.samples import SPLITS, dataset_digest, write_samples
from exoprobe.datasets.user_features import open_features
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class AuditData:
    """What is audited.

    Attributes:
        columns: of the samples file, see :func:`exoprobe.datasets.samples.write_samples`.
        factors: in the samples' order.
        notes: ``joined``, a sentence, and ``left_out``, sentences.
    """

    columns: dict[str, np.ndarray]
    factors: list[Factor]
    notes: dict[str, str | list[str]]


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
    table = read_factor_table(path, {roles.id, roles.group} - {None})
    roles.check(path, list(table))
    kept, joined = join(_table_rows(path, table, roles), _feature_rows(sources, table, roles))
    if rows is not None and rows < len(kept):
        kept = kept[_drawn(path, table.iloc[kept], roles, rows, seed)]
        joined = f"{joined}; {len(kept):,} of them drawn by group"
    log.info(joined)
    table = table.iloc[kept]
    groups, names = _groups(path, table, roles)
    if roles.split is None:
        _check_groups(path, groups)
    found, left_out = read_kinds(path, table, groups, roles)
    splits = _splits(path, table, groups, names, found, roles, seed)
    factors, unlearned = settle(path, found, splits, roles)
    left_out += unlearned
    for sentence in left_out:
        log.info(sentence)
    log.info("factors: %s", ", ".join(f"{factor.name} ({factor.kind})" for factor in factors))
    if not factors:
        raise ExoprobeError(f"{path}: no column is left to be probed; {' '.join(left_out) or 'it has no other'}")
    order = np.argsort(splits, kind="stable")
    columns = {
        "row": kept,
        "id": kept.astype(str) if roles.id is None else text_ids(path, roles.id, table[roles.id]),
        "group": groups,
        "split": np.array(SPLITS)[splits],
        "label": _labels(path, table, roles),
    }
    return AuditData(
        {"sample_id": np.arange(len(kept)), **{name: column[order] for name, column in columns.items()}},
        [replace(factor, values=factor.values[order]) for factor in factors],
        {"joined": f"{joined}.", "left_out": left_out},
    )


def _table_rows(path: str | Path, table: pd.DataFrame, roles: Roles) -> Rows:
    ids = None if roles.id is None else text_ids(path, roles.id, table[roles.id])
    return Rows(Path(path), len(table), ids)


def _feature_rows(sources: Mapping[str, Sequence[str | Path]], table: pd.DataFrame, roles: Roles) -> list[Rows]:
    """Open every feature file and refuse those that hold a factor, or another number of features than their kin."""
    found = []
    for paths in sources.values():
        files = [open_features(path, roles.id) for path in paths]
        for file in files:
            if file.dimension != files[0].dimension:
                raise ExoprobeError(
                    f"{file.path} has {file.dimension} features and {files[0].path} has {files[0].dimension}; "
                    "files of one representation must have equally many"
                )
            if both := [name for name in file.columns if name in table]:
                raise ExoprobeError(
                    f"{file.path}: {both[0]} is a column of the factor table too; what is probed must not be among "
                    "the features"
                )
            ids = None if roles.id is None else text_ids(file.path, roles.id, file.ids)
            found.append(Rows(file.path, file.rows, ids))
    return found


def _drawn(path: str | Path, table: pd.DataFrame, roles: Roles, rows: int, seed: int) -> np.ndarray:
    """Draw whole groups up to so many rows, bool [N]."""
    chosen = draw_groups(_groups(path, table, roles)[0], rows, seed)
    if not chosen.any():
        raise ExoprobeError(f"{path}: audit.rows is {rows}, fewer than the group that was drawn first has")
    return chosen


def _check_groups(path: str | Path, groups: np.ndarray) -> None:
    try:
        check_groups(groups)
    except ExoprobeError as error:
        raise ExoprobeError(f"{path}: {error}") from error


def _groups(path: str | Path, table: pd.DataFrame, roles: Roles) -> tuple[np.ndarray, Sequence[object]]:
    """Return the groups, codes from 0 [N], and what they stand for; each row is its own if there is no column."""
    if roles.group is None:
        return np.arange(len(table)), table.index
    codes, names = pd.factorize(table[roles.group], sort=True)
    if (missing := np.flatnonzero(codes < 0)).size:
        raise ExoprobeError(
            f"{path}: row {table.index[missing[0]]} (from 0) has no {roles.group}; every row needs its group"
        )
    return codes.astype(np.int64), names


def _splits(
    path: str | Path,
    table: pd.DataFrame,
    groups: np.ndarray,
    group_names: Sequence[object],
    factors: Sequence[Factor],
    roles: Roles,
    seed: int,
) -> np.ndarray:
    """Return places in SPLITS [N], of the user's split or of one that is made."""
    try:
        if roles.split is not None:
            return given_split(groups, table[roles.split], group_names)
        return make_split(groups, [factor.values for factor in factors if factor.kind in CLASSES], seed)
    except ExoprobeError as error:
        raise ExoprobeError(f"{path}: {error}") from error


def _labels(path: str | Path, table: pd.DataFrame, roles: Roles) -> np.ndarray:
    """Return codes of the label [N], -1 where it is not known."""
    if roles.label is None:
        return np.full(len(table), -1)
    codes, names = pd.factorize(table[roles.label], sort=True)
    if len(names) < 2:
        raise ExoprobeError(f"{path}: the label {roles.label} has {len(names)} values; it needs two or more")
    return codes.astype(np.int64)

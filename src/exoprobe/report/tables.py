"""Reading an audit's tables, each column as what it is: a factor called ``NA`` stays one."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from exoprobe.errors import ExoprobeError

TEXT = {
    *("factor", "kind", "representation", "verdict", "how", "reason", "probe", "other", "erased", "probed"),
    *("measure", "basis", "values", "given", "source", "unit", "true", "predicted", "direction", "annotation"),
    *("predictable", "row", "subgroup", "method", "binned"),
    *("file", "left_out", "worst"),
}
BOOLEAN = {"inferred", "control", "at_baseline"}
SKILL = "skill skill_low skill_high"
Tables = dict[str, pd.DataFrame]
METRICS = ("balanced_accuracy", "false_negative", "false_positive", "auc", "mae", "r2")
COLUMNS = {
    "factors": "factor kind inferred values known missing train validation test test_groups smallest_groups",
    "verdicts": f"factor kind representation control verdict how reason probe {SKILL} skill_seed_sd seeds "
    "p p_holm detectable detectable_nonlinear groups_needed unit test_rows test_groups smallest_groups known_skill "
    "control_skill selectivity tier rank_low rank_high",
    "scores": f"factor kind representation probe {SKILL} skill_seed_sd seeds p baseline_error "
    + " ".join(f"{metric} {metric}_low {metric}_high" for metric in METRICS),
    "differences": "factor kind probe representation other difference low high p p_holm",
    "erasure": f"representation erased probed probe skill_before {SKILL} change change_low change_high at_baseline "
    "file",
    "recognition": "representation erased measure value low high change change_low change_high rows groups",
    "recognition_by": "representation factor subgroup measure value low high difference difference_low difference_high "
    "rows groups",
    "det": "representation false_match false_non_match low high",
    "structure": "representation dimension rows effective_rank identity_variance label_variance",
    "scree": "representation component singular_value variance_share cumulative_share",
    "geometry": "representation factor kind variance_explained erased_dimensions components_for_90 dimensions_for_90 "
    "full_skill best_dimension best_dimension_skill",
    "neighbors": "representation factor measure value low high chance k support",
    "subspace": "representation factor basis dimensions skill",
    "dimensions": "representation factor value position activation",
    "beyond": "factor kind representation control given source given_skill skill beyond beyond_low beyond_high "
    "bits bits_low bits_high p p_holm verdict reason rows groups",
    "shift": "factor kind representation control levels left_out label_skill label_low label_high factor_skill "
    "seen seen_low seen_high "
    "unseen unseen_low unseen_high drop drop_low drop_high p p_holm worst worst_drop apd apd_low apd_high "
    "nipd nipd_low nipd_high verdict reason rows groups",
    "sensitivity": "representation factor direction skill planted found detectable groups_needed",
    "association": "factor other measure value rows",
    "predicted": "factor kind representation probe binned true predicted low high rows",
    "extremes": "representation factor predictable row annotation bits",
    "subgroups": "representation factor probe subgroup skill skill_low skill_high elsewhere difference low high rows "
    "groups",
    "roc": "factor representation probe false_positive true_positive",
    "map": "representation method sample x y",
    "mapped": "factor sample annotation",
    "learning": "representation factor probe kind groups rows skill low high",
    "description_length": "representation factor probe groups rows bits baseline_bits saved_bits compression",
}


def read_tables(paths: Mapping[str, str | Path]) -> dict[str, pd.DataFrame]:
    """Read the tables of an audit.

    Args:
        paths: a CSV file for each name in :data:`COLUMNS`.

    Returns:
        Tables by name, with these columns only: text (empty where nothing stands), bool, or float64 with NaN.

    Raises:
        ExoprobeError: where a table or a column is missing, or text stands where a number belongs.
    """
    missing = [name for name in COLUMNS if name not in paths]
    if missing:
        raise ExoprobeError(f"the page needs the table {missing[0]!r}; it was given {', '.join(sorted(paths))}")
    return {name: read_table(name, paths[name]) for name in COLUMNS}


def empty_table(name: str) -> pd.DataFrame:
    """Return a table without rows, of what was not measured."""
    return pd.DataFrame(columns=COLUMNS[name].split())


def rows_of(table: pd.DataFrame) -> list[Any]:
    """Return a table's rows as named tuples."""
    return list(table.itertuples(index=False))


def read_json(path: str | Path) -> dict[str, Any]:
    """Read one JSON object.

    Raises:
        ExoprobeError: where the file is not one JSON object.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
    except ValueError as error:
        raise ExoprobeError(f"{path}: not JSON ({error}); delete it and run again") from error
    if not isinstance(content, dict):
        raise ExoprobeError(f"{path}: must hold a JSON object; delete it and run again")
    return content


def read_table(name: str, path: str | Path, columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Read a table of an audit.

    Args:
        name: one of :data:`COLUMNS`.
        path: the CSV file.
        columns: which columns; None for all of :data:`COLUMNS`.

    Raises:
        ExoprobeError: as :func:`read_tables`.
    """
    columns = COLUMNS[name].split() if columns is None else list(columns)
    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8")
    except (pd.errors.ParserError, pd.errors.EmptyDataError, UnicodeDecodeError) as error:
        raise ExoprobeError(f"{path}: not a whole CSV table ({error}); delete it and run again") from error
    absent = [column for column in columns if column not in table]
    if absent:
        raise ExoprobeError(f"{path}: lacks the column {absent[0]!r}")
    return _typed_table(table[columns], name, path)


def _typed_table(table: pd.DataFrame, name: str, path: str | Path) -> pd.DataFrame:
    return pd.DataFrame({column: _typed(table[column], name, path) for column in table})


def _typed(column: pd.Series, table: str, path: str | Path) -> pd.Series:
    is_text = column.name in TEXT or (table == "dimensions" and column.name == "value")
    if is_text:
        return column.astype(object)
    if column.name in BOOLEAN:
        return column == "True"
    try:
        return pd.to_numeric(column.where(column != "")).astype(float)
    except ValueError as error:
        raise ExoprobeError(f"{path}: column {column.name!r} must hold numbers ({error})") from error

"""Which rows of a table an expression of :mod:`exoprobe.datasets.row_filter` is true for."""

import ast
import operator
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from exoprobe.datasets.row_filter import KEY, check_filter, comparisons, parse, written_values
from exoprobe.datasets.table_columns import cut, listed
from exoprobe.errors import ExoprobeError

ORDERINGS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}


def filter_rows(text: str, path: str | Path, table: pd.DataFrame) -> np.ndarray:
    """Return the rows for which an expression is true, bool [N].

    Args:
        text: the expression.
        path: the table, for the errors.
        table: N rows, as :func:`exoprobe.datasets.factor_table.read_factor_table` reads them.

    Raises:
        ExoprobeError: where it cannot be read, compares a column with what it never is, or is true for no row.
    """
    tree, names = parse(text)
    check_filter(text, path, [str(name) for name in table])
    true = _evaluate(tree, names, table, text).fillna(False).to_numpy(bool)
    if not true.any():
        raise ExoprobeError(f"{path}: {KEY} is {text!r}, which is true for no row")
    return true


def _evaluate(node: ast.expr, names: dict[str, str], table: pd.DataFrame, text: str) -> pd.Series:
    """Return truth values with unknown ones, [N]."""
    if isinstance(node, ast.BoolOp):
        truths = [_evaluate(value, names, table, text) for value in node.values]
        combine = operator.and_ if isinstance(node.op, ast.And) else operator.or_
        whole = truths[0]
        for truth in truths[1:]:
            whole = combine(whole, truth)
        return whole
    if isinstance(node, ast.UnaryOp):
        return ~_evaluate(node.operand, names, table, text)
    assert isinstance(node, ast.Compare)
    compared = []
    for left, how, right in comparisons(node, text):
        column, value, kind = (left, right, type(how))
        if not isinstance(left, ast.Name):
            column, value, kind = right, left, MIRRORED[type(how)]
        assert isinstance(column, ast.Name)
        compared.append(_compare(table[names.get(column.id, column.id)], kind, written_values(value, text), text))
    whole = compared[0]
    for truth in compared[1:]:
        whole = whole & truth
    return whole


def _compare(column: pd.Series, how: type[ast.cmpop], values: list[Any], text: str) -> pd.Series:
    """Compare a column with a value, or with several of which it may be one."""
    known = column.notna()
    compared, wanted = _alike(column, values, text, is_order=how in ORDERINGS)
    if how in ORDERINGS:
        true = ORDERINGS[how](compared, wanted[0])
    else:
        absent = [given for given, value in zip(values, wanted, strict=True) if not (compared == value).any()]
        if absent:
            present = listed([str(value) for value in compared[known].unique()])
            raise ExoprobeError(
                f"{KEY} is {cut(text, 80)!r}, but {column.name} is never {absent[0]!r}; it is {present}"
            )
        true = compared.isin(wanted)
        true = ~true if how in (ast.NotEq, ast.NotIn) else true
    return true.astype("boolean").where(known, pd.NA)


def _alike(column: pd.Series, values: list[Any], text: str, *, is_order: bool) -> tuple[pd.Series, list[Any]]:
    """Return a column and values of one type: numbers, dates or texts.

    Raises:
        ExoprobeError: where the column is something else than the values.
    """
    start = f"{KEY} is {cut(text, 80)!r}, but {column.name}"
    if pd.api.types.is_datetime64_any_dtype(column):
        dates = [pd.to_datetime(value, errors="coerce") if isinstance(value, str) else pd.NaT for value in values]
        if any(pd.isna(date) for date in dates):
            raise ExoprobeError(f"{start} holds dates; write them as '2021-12-31'")
        return column, dates
    if pd.api.types.is_bool_dtype(column):
        return column, [str(value).casefold() in ("true", "yes", "1") for value in values]
    if pd.api.types.is_numeric_dtype(column):
        if texts := [value for value in values if isinstance(value, str)]:
            raise ExoprobeError(f"{start} holds numbers, not text such as {texts[0]!r}; write numbers without quotes")
        return column, values
    if is_order and isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
        if str(values[0]) not in column.dtype.categories:
            raise ExoprobeError(f"{start} is never {values[0]!r}; it is {listed(list(column.dtype.categories))}")
        return column, [str(values[0])]
    if is_order:
        raise ExoprobeError(f"{start} holds text, which has no order; compare it with ==, != or in")
    return column.astype(object).map(str, na_action="ignore"), [str(value) for value in values]

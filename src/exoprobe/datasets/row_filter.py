"""Which rows of a table are audited: comparisons of columns with values, ``tissue == 'lung' and age >= 18``.

The expression is taken apart as Python's syntax (``ast``) and never run. A row counts where it is true; where a column
is unknown, comparisons of it are neither true nor false (Kleene's logic), so that the row does not count.
"""

import ast
import operator
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from exoprobe.datasets.table_columns import check_column, cut, listed
from exoprobe.errors import ExoprobeError

KEY = "audit.where"
FORM = "tissue == 'lung' and age >= 18"
QUOTED = re.compile("`([^`]+)`")  # a name with blanks or signs
ORDERINGS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
MEMBERSHIPS = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)
MIRRORED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Lt: ast.Gt,
    ast.LtE: ast.GtE,
    ast.Gt: ast.Lt,
    ast.GtE: ast.LtE,
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
}


def check_filter(text: str, path: str | Path, columns: list[str]) -> None:
    """Refuse an expression that cannot be read, or names columns that are not there.

    Raises:
        ExoprobeError: in one line that names the expression, and what would be right.
    """
    tree, names = _parse(text)
    for name in _columns(tree, names, text):
        check_column(path, KEY, name, columns)


def filter_rows(text: str, path: str | Path, table: pd.DataFrame) -> np.ndarray:
    """Return the rows for which an expression is true, bool [N].

    Args:
        text: the expression.
        path: the table, for the errors.
        table: N rows, as :func:`exoprobe.datasets.factor_table.read_factor_table` reads them.

    Raises:
        ExoprobeError: where it cannot be read, compares a column with what it never is, or is true for no row.
    """
    tree, names = _parse(text)
    check_filter(text, path, [str(name) for name in table])
    true = _evaluate(tree, names, table, text).fillna(False).to_numpy(bool)
    if not true.any():
        raise ExoprobeError(f"{path}: {KEY} is {text!r}, which is true for no row")
    return true


def _parse(text: str) -> tuple[ast.expr, dict[str, str]]:
    """Return the syntax tree, and the columns that names in it stand for, where they are quoted."""
    names: dict[str, str] = {}

    def stand_in(match: re.Match[str]) -> str:
        names[f"quoted_column_{len(names)}"] = match[1]
        return f"quoted_column_{len(names) - 1}"

    try:
        return ast.parse(QUOTED.sub(stand_in, text).strip(), mode="eval").body, names
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExoprobeError(
            f"{KEY} is {cut(text, 80)!r}; it must be comparisons such as {FORM}, with `…` around names with blanks"
        ) from error


def _refuse(text: str, node: ast.AST) -> ExoprobeError:
    return ExoprobeError(
        f"{KEY} is {cut(text, 80)!r}; {cut(ast.unparse(node))!r} in it is no comparison of a column with a value, such "
        f"as {FORM}; ==, !=, <, <=, >, >=, in, not in, and, or, not are possible"
    )


def _columns(node: ast.expr, names: dict[str, str], text: str) -> Iterator[str]:
    """Yield the columns of an expression; refuse whatever is no comparison."""
    if isinstance(node, ast.BoolOp):
        for value in node.values:
            yield from _columns(value, names, text)
    elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        yield from _columns(node.operand, names, text)
    elif isinstance(node, ast.Compare):
        for left, _, right in _comparisons(node, text):
            yield from (names.get(side.id, side.id) for side in (left, right) if isinstance(side, ast.Name))
    else:
        raise _refuse(text, node)


def _comparisons(node: ast.Compare, text: str) -> Iterator[tuple[ast.expr, ast.cmpop, ast.expr]]:
    """Yield the comparisons of a chain, ``18 <= age < 65``; refuse those that are not of a column with a value."""
    sides = [node.left, *node.comparators]
    for left, how, right in zip(sides, node.ops, sides[1:], strict=False):
        column, value = (left, right) if isinstance(left, ast.Name) else (right, left)
        is_list = isinstance(value, ast.List | ast.Tuple | ast.Set)
        wants_list = isinstance(how, ast.In | ast.NotIn)
        if not isinstance(column, ast.Name) or wants_list != is_list or (wants_list and column is right):
            raise _refuse(text, node)
        if type(how) not in (*MEMBERSHIPS, *ORDERINGS):  # is
            raise _refuse(text, node)
        _values(value, text)
        yield left, how, right


def _values(node: ast.expr, text: str) -> list[Any]:
    """Return the values that an expression writes out."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise _refuse(text, node) from error
    values = list(value) if isinstance(value, list | tuple | set) else [value]
    if not values or not all(isinstance(item, str | int | float | bool) for item in values):
        raise _refuse(text, node)
    return values


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
    for left, how, right in _comparisons(node, text):
        column, value, kind = (left, right, type(how))
        if not isinstance(left, ast.Name):
            column, value, kind = right, left, MIRRORED[type(how)]
        assert isinstance(column, ast.Name)
        compared.append(_compare(table[names.get(column.id, column.id)], kind, _values(value, text), text))
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

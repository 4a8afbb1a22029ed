"""The expression that says which rows of a table are audited, ``tissue == 'lung' and age >= 18``.

The expression is taken apart as Python's syntax (``ast``) and never run. A row counts where it is true; where a column
is unknown, comparisons of it are neither true nor false (Kleene's logic), so that the row does not count.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from exoprobe.datasets.table_columns import check_column, cut
from exoprobe.errors import ExoprobeError

KEY = "audit.where"
FORM = "tissue == 'lung' and age >= 18"
QUOTED = re.compile("`([^`]+)`")  # a name with blanks or signs
ORDERINGS = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)
MEMBERSHIPS = (ast.Eq, ast.NotEq, ast.In, ast.NotIn)


def with_quotes(text: str) -> str:
    """Return an expression with the quotes at its ends that the workflow engine takes from a value of ``--config``."""
    for candidate in (text, f"{text}'", f'{text}"', f"'{text}", f'"{text}', f"'{text}'", f'"{text}"'):
        try:
            list(_columns(*parse(candidate), candidate))
        except ExoprobeError:
            continue
        return candidate
    return text


def check_filter(text: str, path: str | Path, columns: list[str]) -> None:
    """Refuse an expression that cannot be read, or names columns that are not there.

    Raises:
        ExoprobeError: in one line that names the expression, and what would be right.
    """
    tree, names = parse(text)
    for name in _columns(tree, names, text):
        check_column(path, KEY, name, columns)


def parse(text: str) -> tuple[ast.expr, dict[str, str]]:
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
        for left, _, right in comparisons(node, text):
            yield from (names.get(side.id, side.id) for side in (left, right) if isinstance(side, ast.Name))
    else:
        raise _refuse(text, node)


def comparisons(node: ast.Compare, text: str) -> Iterator[tuple[ast.expr, ast.cmpop, ast.expr]]:
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
        written_values(value, text)
        yield left, how, right


def written_values(node: ast.expr, text: str) -> list[Any]:
    """Return the values that an expression writes out."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError, MemoryError, RecursionError) as error:
        raise _refuse(text, node) from error
    listed = list(value) if isinstance(value, list | tuple | set) else [value]
    if not listed or not all(isinstance(item, str | int | float | bool) for item in listed):
        raise _refuse(text, node)
    return listed

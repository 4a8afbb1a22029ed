"""Feature columns that are row numbers or ids: any factor by which a table is sorted can be predicted from them."""

from collections.abc import Sequence

import numpy as np

from exoprobe.datasets.angles import name_words

LEAST_ROWS = 20  # in fewer, numbers may rise from row to row by chance
HEAD = 256  # rows of each column that are checked first
ID_WORDS = {"id", "ids", "uid", "uuid", "index", "idx", "row", "sample", "key", "number", "nr", "no", "item"}


def row_number_columns(features: np.ndarray, names: Sequence[str]) -> dict[int, str]:
    """Find columns that number the rows.

    Args:
        features: [N, D], of any type of number, in the file's order.
        names: of the columns, or none.

    Returns:
        Why each is one, by its index.
    """
    if len(features) < LEAST_ROWS:
        return {}
    head = np.asarray(features[:HEAD], np.float64)
    steps = np.diff(head, axis=0)
    rising = (steps > 0).all(0) | (steps < 0).all(0)
    whole = (head == np.round(head)).all(0)
    distinct = (np.diff(np.sort(head, axis=0), axis=0) > 0).all(0)
    reasons = {}
    for index in np.flatnonzero(rising | (whole & distinct)):
        name = names[int(index)] if len(names) else ""
        if reason := _reason(np.asarray(features[:, index], np.float64), name):
            reasons[int(index)] = reason
    return reasons


def ordered_columns(features: np.ndarray) -> list[int]:
    """Return the columns that go one way from row to row, as times and counters do, by many different numbers."""
    steps = np.diff(np.asarray(features[:HEAD], np.float64), axis=0)
    ordered = []
    for index in np.flatnonzero((steps >= 0).all(0) | (steps <= 0).all(0)).tolist():
        column = np.asarray(features[:, index], np.float64)
        steps = np.diff(column)
        if ((steps >= 0).all() or (steps <= 0).all()) and len(np.unique(column)) >= LEAST_ROWS:
            ordered.append(index)
    return ordered


def _reason(column: np.ndarray, name: str) -> str:
    """Return why a column is no feature; empty where it is one."""
    if not np.isfinite(column).all():
        return ""
    steps = np.diff(column)
    step = (column[-1] - column[0]) / len(steps)
    if step and np.abs(steps - step).max() < 1e-3 * abs(step):
        return "it numbers the rows"
    if (column != np.round(column)).any() or len(np.unique(column)) < len(column):
        return ""
    if (steps > 0).all():
        return "it is a whole number that rises from row to row"
    if np.ptp(column) == len(column) - 1:
        return "it numbers the rows in another order"
    if name_words(name) & ID_WORDS:
        return "it is another whole number in every row, and its name is that of an id"
    return ""

"""Whether a factor hurts the label, in words."""

from collections.abc import Iterator
from typing import Any

import pandas as pd

from exoprobe.report.tables import rows_of
from exoprobe.report.wording import difference, estimate, number

HURTS = "hurts"


def list_hurts(shift: pd.DataFrame) -> list[Any]:
    """Return the rows of the table shift that hurt, on representations that are no controls; the surest first."""
    rows = [row for row in rows_of(shift) if row.verdict == HURTS]
    return sorted([row for row in rows if not row.control] or rows, key=lambda row: -row.drop_low)


def first_by_factor(rows: list[Any]) -> list[Any]:
    """Return the first row of each factor."""
    return list({row.factor: row for row in reversed(rows)}.values())[::-1]


def drop_words(row: Any) -> str:  # noqa: ANN401 a row of the table shift
    """Say by how much the label's skill falls on unseen values."""
    if row.verdict == HURTS:
        words = f"falls by {estimate(row.drop, row.drop_low, row.drop_high)}"
    else:
        words = f"changes by {difference(-row.drop, -row.drop_high, -row.drop_low)}"
    return f"the label’s skill {words} on unseen values"


def worst_words(row: Any) -> str:  # noqa: ANN401 a row of the table shift
    """Name the values of the largest drop where it hurts."""
    is_clear = row.verdict == HURTS and row.worst_drop > row.drop
    return f", most on {row.worst} ({number(row.worst_drop)})" if is_clear else ""


def hurt_sizes(rows: list[Any]) -> Iterator[str]:
    """Yield the drop of each row, after its factor."""
    for row in rows:
        yield f"{row.factor} by {estimate(row.drop, row.drop_low, row.drop_high)}"

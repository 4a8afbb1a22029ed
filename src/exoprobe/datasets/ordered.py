"""Categories that have an order, names of weekdays and months, and columns of very many categories."""

import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from exoprobe.datasets.dataset_notes import Notes
from exoprobe.errors import ExoprobeError

MOST_CATEGORIES = 100
ORDERS = (  # of words for degrees, from the least
    ("none", "absent", "negative", "minimal", "trace", "mild", "slight", "moderate", "marked", "strong", "severe"),
    ("very low", "low", "middle", "mid", "medium", "intermediate", "high", "very high"),
    ("xs", "s", "m", "l", "xl", "xxl"),
    ("tiny", "small", "medium", "large", "huge"),
    ("never", "rarely", "seldom", "sometimes", "often", "usually", "always"),
    ("poor", "fair", "good", "very good", "excellent"),
    ("i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x"),
    ("infant", "child", "teen", "teenager", "adolescent", "adult", "middle-aged", "elderly", "senior"),
    ("strongly disagree", "disagree", "neutral", "agree", "strongly agree"),
)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
NUMBERED = re.compile(r"([^\d]{0,12}?)\s*(\d+(?:\.\d+)?)(.*)")


def likely_order(values: Sequence[str]) -> list[str] | None:
    """Return categories in their order if their words, or numbers within them, show one; None if not.

    Known are words for degrees (low, medium, high), Roman numbers, and texts that differ in their first number and
    what follows it, such as T1 and T2, or 20-29 and 30-39.
    """
    small = {value.casefold(): value for value in values}
    if len(values) < 3:
        return None
    for order in ORDERS:
        if set(small) <= set(order):
            return [small[word] for word in order if word in small]
    matches = [NUMBERED.fullmatch(value) for value in values]
    numbers = {match[2] for match in matches if match}
    starts = {match[1].casefold() for match in matches if match}
    if len(numbers) < len(values) or len(starts) > 1:
        return None
    bands = all(
        re.fullmatch(r"\s*(?:[-–+]|to|y|yr|years|and)*\s*[\d.]*\s*\w*\+?", match[3]) for match in matches if match
    )
    return sorted(values, key=lambda value: float(NUMBERED.fullmatch(value)[2])) if bands else None  # type: ignore[index]


def read_order(column: pd.Series, given: str) -> tuple[np.ndarray, list[str]]:
    """Return the ranks of categories, from 0, float64 [N], and the categories in their order.

    Args:
        column: texts or truth values, or categories with an order of their own.
        given: ``low < medium < high``; empty for an order that the column or its words show.

    Raises:
        ExoprobeError: where a value is missing in the order, or there is none to be seen.
    """
    name, texts = column.name, column.astype(object).map(str, na_action="ignore")
    values = sorted(set(texts.dropna()))
    if given:
        by_text = {value.casefold(): value for value in values}
        named = [category.strip() for category in given.split("<")]
        order = [by_text.get(category.casefold(), category) for category in named]
        if missing := [value for value in values if value not in order]:
            raise ExoprobeError(f"kinds: {name} is ordered {given}, which lacks {missing[0]!r}; name all of its values")
    elif isinstance(column.dtype, pd.CategoricalDtype) and column.dtype.ordered:
        order = [str(value) for value in column.dtype.categories]
    else:
        by_words = likely_order(values)
        if by_words is None:
            shown = " < ".join(values[:3])
            raise ExoprobeError(
                f"kinds: {name} is ordered, but its values do not show the order; name them from the least, "
                f"{name}: ordered {shown}"
            )
        order = by_words
    present = [value for value in dict.fromkeys(order) if value in set(values)]
    ranks = texts.map({value: float(rank) for rank, value in enumerate(present)})
    return ranks.to_numpy(np.float64, na_value=np.nan), present


def cyclic_names(column: pd.Series, kind: str) -> pd.Series | None:
    """Return names of weekdays or months as numbers from 0; None where some are something else."""
    order = {"weekday": WEEKDAYS, "month": MONTHS}.get(kind, ())
    short = column.astype(object).map(lambda text: str(text).casefold()[:3], na_action="ignore")
    numbers = short.map({name: float(index) for index, name in enumerate(order)})
    return None if bool((numbers.isna() & column.notna()).any()) else numbers.astype(np.float64)


def most_frequent(
    name: str, codes: np.ndarray, categories: Sequence[str], notes: Notes
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Keep the most frequent of very many categories; the others' rows count as unknown, with a note.

    Args:
        name: of the column.
        codes: int [N], -1 where unknown.
        categories: what they stand for.
        notes: to add to.

    Returns:
        float64 [N], codes or NaN, and the categories that are kept, in their order.
    """
    if len(categories) <= MOST_CATEGORIES:
        return np.where(codes < 0, np.nan, codes.astype(np.float64)), tuple(categories)
    counts = np.bincount(codes[codes >= 0], minlength=len(categories))
    kept = np.sort(np.argsort(-counts, kind="stable")[:MOST_CATEGORIES])
    renumbered = np.full(len(categories) + 1, np.nan)  # the last is the code -1's
    renumbered[kept] = np.arange(len(kept))
    share = counts[kept].sum() / counts.sum()
    notes.add(
        "categories",
        name,
        f"{name} has {len(categories):,} categories; the {MOST_CATEGORIES} most frequent, in {share:.0%} of its rows, "
        "are probed, and the others count as unknown.",
    )
    return renumbered[codes], tuple(categories[index] for index in kept.tolist())

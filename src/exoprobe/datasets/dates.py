"""Dates: in text or in numbers such as 20210131, taken as time, or as hour, weekday or month."""

import datetime
import re
from collections.abc import Sequence

import numpy as np
import pandas as pd

from exoprobe.datasets.angles import PERIODS
from exoprobe.datasets.column_roles import DATE_KINDS
from exoprobe.datasets.dataset_notes import Notes
from exoprobe.datasets.factors import RANKS, Factor
from exoprobe.datasets.outliers import LEAST_DIFFERENT, find_outliers, row_examples
from exoprobe.errors import ExoprobeError

DAY_MICROSECONDS = 86_400_000_000
COMPACT = "19000101", "21001231"  # the range within which whole numbers of this form are taken for dates
MONTH = "(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
TIME = r"[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:\s*[ap]m)?\s*(?:Z|UTC|[-+]\d{2}:?\d{2})?"
DATE = re.compile(
    r"(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|(?:1[89]|20)\d\d[-/]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}|\d{1,2}[/.]\d{1,2}[/.]\d\d"
    rf"|\d{{1,2}}[- ]{MONTH}[- ]\d{{2,4}}|{MONTH} \d{{1,2}}, ?\d{{4}}|{MONTH}[- ]\d{{4}})(?:{TIME})?",
    re.IGNORECASE,
)
QUARTER_OR_WEEK = re.compile(
    r"(?P<year>(?:1[89]|20)\d\d)[-_ /]?(?:Q(?P<quarter>[1-4])|W(?P<week>0[1-9]|[1-4]\d|5[0-3]))"
)
QUARTER_FIRST = re.compile(r"Q([1-4])[-_ /]?((?:1[89]|20)\d\d)")
TWO_NUMBERS = re.compile(r"(\d{1,2})([-/.])(\d{1,2})[-/.]\d+")


def read_dates(name: str, texts: Sequence[str], notes: Notes) -> np.ndarray | None:
    """Read different texts as dates; those with an offset from UTC are taken in UTC.

    Where day and month stand as numbers, the day is first if a first number is above 12, or where points part them.

    Args:
        name: of the column.
        texts: V different texts, without blanks at their ends.
        notes: where to say which of day and month was taken first, if the dates do not show it.

    Returns:
        datetime64[us] [V]; None where not all are dates of one form.
    """
    texts = [_start_of(text) for text in texts]
    if not texts or not all(DATE.fullmatch(text) for text in texts):
        return None
    pairs = [match for text in texts if (match := TWO_NUMBERS.match(text))]
    first = max((int(pair[1]) for pair in pairs), default=0)
    second = max((int(pair[3]) for pair in pairs), default=0)
    day_first = first > 12 or (second <= 12 and any(pair[2] == "." for pair in pairs))
    dates = pd.to_datetime(pd.Series(list(texts)), format="mixed", dayfirst=day_first, utc=True, errors="coerce")
    if dates.isna().any():
        return None
    if pairs and max(first, second) <= 12:
        order = "day, month, year" if day_first else "month, day, year"
        notes.add("dates", name, f"{name} is read as {order}; if it is otherwise, write its dates as 2021-12-31.")
    return dates.dt.tz_localize(None).to_numpy("datetime64[us]")


def _start_of(text: str) -> str:
    """Return the first day of a quarter, 2021Q3, or of a week, 2021-W05; any other text as it is."""
    match = QUARTER_OR_WEEK.fullmatch(QUARTER_FIRST.sub(r"\2Q\1", text))
    if match is None:
        return text
    if match["quarter"]:
        return f"{match['year']}-{3 * int(match['quarter']) - 2:02d}-01"
    try:
        return str(datetime.date.fromisocalendar(int(match["year"]), int(match["week"]), 1))
    except ValueError:  # week 53 of a year of 52
        return text


def compact_dates(column: pd.Series) -> pd.Series | None:
    """Return whole numbers that are all dates such as 20210131 as dates; None for any others."""
    known = column.dropna()
    low, high = map(int, COMPACT)
    if known.nunique() <= LEAST_DIFFERENT or not bool(known.between(low, high).all()):
        return None
    if bool((known != known.round()).any()):
        return None
    texts = known.astype(np.int64).astype(str)
    dates = pd.to_datetime(texts, format="%Y%m%d", errors="coerce")
    return None if bool(dates.isna().any()) else dates.reindex(column.index)


def date_factor(column: pd.Series, kind: str | None, notes: Notes) -> Factor:
    """Return a column of dates as a factor.

    Args:
        column: datetime64 [N], with two values or more; its index gives their rows in the user's table.
        kind: ``date`` or ``continuous``, the time in days since the first; ``hour``, ``weekday`` or ``month``, which
            go around; None for the time, without dates far from all others that stand for unknown ones.
        notes: where to note how it was read, and suspicious dates.

    Raises:
        ExoprobeError: where it has no such part, or the kind is none of dates.
    """
    name = str(column.name)
    if kind in PERIODS:
        turns = _cyclic(column, kind) * (360 / PERIODS[kind])
        notes.read_as(name, f"angle, period {PERIODS[kind]:g}", f"the {kind} of its dates, as kinds says")
        return Factor(name, "angle", turns, period=PERIODS[kind])
    if kind not in (None, "date", "continuous"):
        raise ExoprobeError(f"kinds: {name} is {kind}, but holds dates; allowed: {', '.join(DATE_KINDS)}")
    elapsed = _days(column)
    if kind is None:
        elapsed = _without_codes(column, elapsed, notes)
    origin = np.datetime64(int(np.floor(np.nanmin(elapsed))), "D")
    reason = f"dates, read as days since {origin}"
    kinds = ", ".join(name for name in DATE_KINDS if name != "hour" or _has_times(column))
    change = "" if kind else f'kinds: {{{name}: "{kinds}"}}'
    notes.add("dates", name, f"{name} holds {reason}{'; for what goes around, set ' if change else ''}{change}.")
    notes.read_as(name, "continuous", reason, change)
    return Factor(name, "continuous", elapsed - origin.astype(np.int64), scale=RANKS)


def _cyclic(column: pd.Series, kind: str) -> np.ndarray:
    """Return the hour, weekday (Monday is 0) or month (January is 0) of dates, float64 [N]."""
    if kind == "hour":
        if not _has_times(column):
            raise ExoprobeError(f"kinds: {column.name} is hour, but its dates have no times of day")
        values = (column - column.dt.normalize()) / pd.Timedelta(hours=1)
    else:
        values = column.dt.day_of_week if kind == "weekday" else column.dt.month - 1
    return values.to_numpy(np.float64, na_value=np.nan)


def _has_times(column: pd.Series) -> bool:
    known = column.dropna()
    return bool((known != known.dt.normalize()).any())


def _days(column: pd.Series) -> np.ndarray:
    """Return dates as days since 1970, float64 [N], NaN where unknown."""
    stamps = column.to_numpy("datetime64[us]")
    elapsed = stamps.astype(np.int64) / DAY_MICROSECONDS
    return np.where(np.isnat(stamps), np.nan, elapsed)


def _without_codes(column: pd.Series, elapsed: np.ndarray, notes: Notes) -> np.ndarray:
    """Set dates that look like codes for unknown, such as 1900-01-01, to NaN; note others far from the rest."""
    name, middle = str(column.name), float(np.nanmedian(elapsed))
    outliers = find_outliers(elapsed - middle)
    if outliers is None:
        return elapsed
    rest = f"all others are from {_shown(outliers.low + middle)} to {_shown(outliers.high + middle)}"
    if outliers.odd.size:
        where = row_examples(column, outliers.odd, lambda date: str(date.date()))
        notes.add("outliers", name, f"{name} has dates far from the rest, kept: {where}; {rest}.")
    codes = np.array(outliers.codes) + middle
    is_code = np.isin(np.round(elapsed, 6), np.round(codes, 6))
    for code in codes:
        count = int((np.round(elapsed, 6) == round(float(code), 6)).sum())
        notes.add(
            "outliers",
            name,
            f"{name} is {_shown(code)} in {count:,} rows, read as unknown: {rest}. To keep it, set kinds: "
            f"{{{name}: date}}.",
        )
    left = np.where(is_code, np.nan, elapsed)
    return left if len(np.unique(left[~np.isnan(left)])) > 1 else elapsed


def _shown(elapsed: float) -> str:
    return str(np.datetime64(round(elapsed * DAY_MICROSECONDS), "us").astype("datetime64[D]"))

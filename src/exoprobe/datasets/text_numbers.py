"""Numbers and times that a table holds as text: with separators, percent signs, currencies, units, as dates."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

MOSTLY = 0.5  # of a column's texts are numbers: it was meant to hold numbers
CURRENCY = r"[$€£¥]|USD|EUR|GBP|CHF"
UNITS = (
    "%|‰|kg|mg|µg|μg|ug|ng|g|km|cm|mm|µm|μm|nm|m|ms|s|sec|secs|seconds|min|mins|minutes|h|hr|hrs|hours|days|d|weeks|"
    "months|years|yrs|yr|y|kHz|Hz|MHz|°C|°F|°|deg|C|F|K|mV|mA|V|A|W|kW|dB|bpm|px|mmHg|ml|mL|l|L|kB|MB|GB|€|£|EUR|USD"
)
SHAPE = re.compile(
    rf"(?P<minus>[-+−]?)\s*(?:(?P<currency>{CURRENCY})\s*)?(?P<sign>[-+−]?)"
    rf"(?P<number>\d[\d.,'’\u00a0\u202f ]*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf|infinity)"
    rf"\s*(?P<unit>{UNITS})?",
)
PLAIN = re.compile(r"(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|inf|infinity")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
GAPPED = re.compile(r"[1-9]\d{0,2}(['’\u00a0\u202f ]\d{3})+([.,]\d+)?")
DECIMAL_COMMA = re.compile(r"(\d+|\d{1,3}(\.\d{3})+),\d+")
POINTED_THOUSANDS = re.compile(r"[1-9]\d{0,2}(\.\d{3})+")
PADDED = re.compile(r"0\d+")
DATE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}([ T]\d{1,2}:\d{2}(:\d{2}(\.\d+)?)?\s*(Z|UTC|[-+]\d{2}:?\d{2})?)?"
    r"|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}"
)
CLOCK = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?")


@dataclass(frozen=True)
class TextNumbers:
    """Different texts, read as numbers.

    Attributes:
        values: float64 [V], NaN where a text is no number.
        form: how they are written, for a note; empty for plain numbers.
    """

    values: np.ndarray
    form: str = ""


def read_numbers(texts: Sequence[str]) -> TextNumbers | None:
    """Read different texts as numbers of one form.

    Args:
        texts: V different texts, without blanks at their ends.

    Returns:
        The numbers; None where too few are numbers, they are codes such as 007, or they have several units.
    """
    shapes = [SHAPE.fullmatch(text) for text in texts]
    fitting = [shape for shape in shapes if shape is not None]
    if not fitting or len(fitting) < MOSTLY * len(texts):
        return None
    digits = [shape["number"].strip() for shape in fitting]
    units = {shape["unit"] or shape["currency"] or "" for shape in fitting}
    if len(units) > 1 or any(PADDED.fullmatch(number) for number in digits):
        return None
    plain, form = _plain(digits)
    if plain is None:
        return None
    signs = [-1.0 if "-" in _sign(shape) or "−" in _sign(shape) else 1.0 for shape in fitting]
    values = np.full(len(texts), np.nan)
    values[[shape is not None for shape in shapes]] = np.array(plain, float) * signs
    (unit,) = units
    forms = [form, f"with {unit}" if unit else ""]
    return TextNumbers(values, " ".join(text for text in forms if text))


def is_padded(texts: Sequence[str]) -> bool:
    """Return whether different texts are numbers filled up with zeros, such as 007: names, not amounts."""
    return all(text.isdigit() for text in texts) and any(PADDED.fullmatch(text) for text in texts)


def read_dates(texts: Sequence[str]) -> tuple[np.ndarray, str] | None:
    """Read different texts as dates, in days, or as times of day, in hours.

    Returns:
        float64 [V] and what they are; None where not all are dates of one form.
    """
    if not texts:
        return None
    clocks = [CLOCK.fullmatch(text) for text in texts]
    if all(clock is not None for clock in clocks):
        fields = [clock.groups(default="0") for clock in clocks if clock is not None]
        hours = [int(hour) + int(minute) / 60 + float(second) / 3600 for hour, minute, second in fields]
        return np.array(hours), "times of day, read as hours"
    if not all(DATE.fullmatch(text) for text in texts):
        return None
    dates = _to_dates(list(texts))
    return None if dates is None else days(dates)


def days(dates: pd.Series) -> tuple[np.ndarray, str]:
    """Return dates as days since the first, float64 [V], NaN where unknown, and what they are."""
    first = dates.min()
    if pd.isna(first):
        return np.full(len(dates), np.nan), "dates"
    origin = first.normalize()
    elapsed = (dates - origin).dt.total_seconds().to_numpy(np.float64, na_value=np.nan)
    return elapsed / 86_400, f"dates, read as days since {origin.date()}"


def _to_dates(texts: list[str]) -> pd.Series | None:
    """Parse dates; a day that stands first is known by a number above 12."""
    first = [int(re.split(r"\D", text)[0]) for text in texts]
    day_first = max(first) > 12 and not any(re.match(r"\d{4}", text) for text in texts)
    dates = pd.to_datetime(pd.Series(texts), format="mixed", dayfirst=day_first, utc=True, errors="coerce")
    return None if dates.isna().any() else dates


def _sign(shape: re.Match[str]) -> str:
    return shape["minus"] + shape["sign"]


def _plain(numbers: Sequence[str]) -> tuple[list[str] | None, str]:
    """Return numbers without separators, and how they were written."""
    other = [number for number in numbers if not PLAIN.fullmatch(number)]
    if not other:
        return list(numbers), ""
    points = any("." in number for number in numbers)  # then 1,234 is as likely 1.234 as 1234, unless 1,234.5 is there
    small = (not points or any("." in number for number in other)) and all(
        PLAIN.fullmatch(number) and len(number.split(".")[0]) <= 3 for number in set(numbers) - set(other)
    )
    if small and all(THOUSANDS.fullmatch(number) for number in other):
        return [number.replace(",", "") for number in numbers], "with commas between thousands"
    if small and all(GAPPED.fullmatch(number) for number in other):
        return [re.sub(r"['’\s]", "", number).replace(",", ".") for number in numbers], "with gaps between thousands"
    if all(DECIMAL_COMMA.fullmatch(number) or POINTED_THOUSANDS.fullmatch(number) for number in other):
        if not any("." in number for number in other) and points:
            return None, ""
        form = "with decimal commas" if any("," in number for number in other) else "with points between thousands"
        return [number.replace(".", "").replace(",", ".") for number in numbers], form
    return None, ""

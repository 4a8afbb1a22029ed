"""Numbers and times that a table holds as text: with separators, percent signs, currencies, units."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

MOSTLY = 0.5  # of a column's texts are numbers: it was meant to hold numbers
CURRENCY = r"[$€£¥]|USD|EUR|GBP|CHF"
UNITS = (
    "%|‰|kg|mg|µg|μg|ug|ng|g|km|cm|mm|µm|μm|nm|m|ms|s|sec|secs|seconds|min|mins|minutes|h|hr|hrs|hours|days|d|weeks|"
    "months|years|yrs|yr|y|kHz|Hz|MHz|°C|°F|°|deg|C|F|K|mV|mA|V|A|W|kW|dB|bpm|px|mmHg|ml|mL|l|L|kB|MB|GB|€|£|EUR|USD"
)
SHAPE = re.compile(
    rf"(?P<minus>[-+−]?)\s*(?:(?P<currency>{CURRENCY})\s*)?(?P<sign>[-+−]?)"
    rf"(?P<number>\d[\d.,'’\u00a0\u202f\u2009 ]*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf|infinity)"
    rf"\s*(?P<unit>{UNITS})?",
)
OTHER_UNIT = re.compile(r"([-+−]?\d[\d.,]*)\s*([A-Za-zµμ°²³/]{1,12})")
MANY = 10  # different numbers, from which on a word behind all of them is a unit, not a part of their names
LIMIT = re.compile(r"[<>≤≥~]=?\s*(.+)|(.+)\+")  # below or above what can be measured
PLAIN = re.compile(r"(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|inf|infinity")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?|[1-9]\d?(,\d{2})+,\d{3}(\.\d+)?")  # or lakhs, 12,34,567
GAPPED = re.compile(r"[1-9]\d{0,2}(['’\u00a0\u202f\u2009 ]\d{3})+([.,]\d+)?")
DECIMAL_COMMA = re.compile(r"(\d+|\d{1,3}(\.\d{3})+),\d+")
POINTED_THOUSANDS = re.compile(r"[1-9]\d{0,2}(\.\d{3})+")
PADDED = re.compile(r"0\d+")
CLOCK = re.compile(r"([01]?\d|2[0-4])[:hH]([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?(?:\s*([AaPp])\.?[Mm]\.?)?")
DURATION = re.compile(r"(\d+):([0-5]\d)(?::([0-5]\d(?:\.\d+)?))?")
DICOM_AGE = re.compile(r"(\d{3})([DWMY])")
YEARS = {"D": 1 / 365.25, "W": 7 / 365.25, "M": 1 / 12, "Y": 1.0}
QUOTED = re.compile(r"""=?(["'])(.*?)\1?""")  # as spreadsheets mark numbers that are text: '45, ="45"


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
    if (ages := _dicom_ages(texts)) is not None:
        return TextNumbers(ages, "as DICOM writes ages")
    texts = _unquoted(texts)
    other = _other_unit(texts)
    shapes = [SHAPE.fullmatch(text.removesuffix(other).rstrip()) for text in texts]
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
    forms = [form, f"with {unit or other}" if unit or other else ""]
    return TextNumbers(values, " ".join(text for text in forms if text))


def _dicom_ages(texts: Sequence[str]) -> np.ndarray | None:
    """Read ages such as 045Y and 011M as years; None where some are something else."""
    ages = [DICOM_AGE.fullmatch(text) for text in texts]
    return None if None in ages else np.array([int(age[1]) * YEARS[age[2]] for age in ages if age])


def _unquoted(texts: Sequence[str]) -> list[str]:
    """Return texts without the marks around all of them."""
    quoted = [QUOTED.fullmatch(text) for text in texts]
    return list(texts) if None in quoted else [match[2] for match in quoted if match]


def _other_unit(texts: Sequence[str]) -> str:
    """Return the word that stands behind the numbers of all texts, if it is none of the units that are known."""
    matches = [OTHER_UNIT.fullmatch(text) for text in texts]
    units = {match[2] for match in matches if match}
    if len(texts) <= MANY or None in matches or len(units) != 1 or units & set(UNITS.split("|")):
        return ""
    return units.pop()


def without_limits(texts: Sequence[str]) -> dict[str, str]:
    """Return the number for each text that is a limit, such as ``<5`` or ``90+``, where most are plain numbers."""
    limits = {text: next(filter(None, match.groups())) for text in texts if (match := LIMIT.fullmatch(text))}
    limits = {text: number for text, number in limits.items() if SHAPE.fullmatch(number)}
    return limits if len(limits) <= len(texts) / 3 else {}


def is_padded(texts: Sequence[str]) -> bool:
    """Return whether different texts are numbers filled up with zeros, such as 007: names, not amounts."""
    return all(text.isdigit() for text in texts) and any(PADDED.fullmatch(text) for text in texts)


def read_clock(texts: Sequence[str]) -> np.ndarray | None:
    """Read different texts as times of day, in hours, float64 [V]; None where some are something else."""
    clocks = [CLOCK.fullmatch(text) for text in texts]
    if not clocks or any(clock is None for clock in clocks):
        return None
    fields = [clock.groups(default="") for clock in clocks if clock is not None]
    return np.array(
        [_hour(int(hour), half) + int(minute) / 60 + float(second or 0) / 3600 for hour, minute, second, half in fields]
    )


def _hour(hour: int, half: str) -> int:
    """Return an hour of 24 for one of a half day: 12 AM is 0, 1 PM 13."""
    return hour if not half else hour % 12 + (12 if half in "pP" else 0)


def read_durations(texts: Sequence[str]) -> np.ndarray | None:
    """Read different texts such as 63:12:05 in units of their first field, float64 [V]; None where some are not."""
    durations = [DURATION.fullmatch(text) for text in texts]
    if not durations or None in durations:
        return None
    fields = [match.groups(default="0") for match in durations if match]
    return np.array([int(first) + int(second) / 60 + float(third) / 3600 for first, second, third in fields])


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

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
    rf"(?P<number>\d[\d.,'’\u00a0\u202f ]*(?:[eE][-+]?\d+)?|\.\d+(?:[eE][-+]?\d+)?|inf|infinity)"
    rf"\s*(?P<unit>{UNITS})?",
)
OTHER_UNIT = re.compile(r"([-+−]?\d[\d.,]*)\s*([A-Za-zµμ°²³/]{1,12})")
MANY = 10  # different numbers, from which on a word behind all of them is a unit, not a part of their names
LIMIT = re.compile(r"[<>≤≥~]=?\s*(.+)|(.+)\+")  # below or above what can be measured
PLAIN = re.compile(r"(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?|inf|infinity")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(,\d{3})+(\.\d+)?")
GAPPED = re.compile(r"[1-9]\d{0,2}(['’\u00a0\u202f ]\d{3})+([.,]\d+)?")
DECIMAL_COMMA = re.compile(r"(\d+|\d{1,3}(\.\d{3})+),\d+")
POINTED_THOUSANDS = re.compile(r"[1-9]\d{0,2}(\.\d{3})+")
PADDED = re.compile(r"0\d+")
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
    fields = [clock.groups(default="0") for clock in clocks if clock is not None]
    return np.array([int(hour) + int(minute) / 60 + float(second) / 3600 for hour, minute, second in fields])


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

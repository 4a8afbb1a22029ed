"""Which numbers are angles, or go around in another way, and what a full turn of them is."""

import re
from dataclasses import dataclass

import numpy as np
import pandas as pd

from exoprobe.datasets.column_roles import KIND
from exoprobe.datasets.row_names import row_name
from exoprobe.errors import ExoprobeError

FULL_TURN = 360.0
RADIANS = 2 * np.pi
SURE = {"yaw", "azimuth", "rotation", "heading", "orientation", "angle", "degrees", "tilt"}
AMBIGUOUS = {"pitch", "roll", "deg"}  # of a head, but also of a voice, on a list, or of heat
CIRCULAR = {  # often go around
    *("direction", "dir", "bearing", "hue", "phase", "theta", "phi", "psi"),
    *("longitude", "lon", "lng", "course", "aspect"),
}
LEAST_DIFFERENT = 10  # fewer different numbers are steps or classes
OTHERWISE = {  # other words in the name that make an angle unlikely
    *(
        "hz",
        "khz",
        "f0",
        "voice",
        "frequency",
        "freq",
        "semitones",
        "mel",
        "temp",
        "temperature",
        "celsius",
        "c",
        "f",
    ),
    *(
        "fahrenheit",
        "k",
        "number",
        "no",
        "nr",
        "num",
        "id",
        "call",
        "count",
        "rate",
        "speed",
        "velocity",
        "in",
        "out",
    ),
}
CYCLES = {  # words in a name, and what goes around
    **dict.fromkeys(("hour", "hours", "hod"), 24.0),
    **dict.fromkeys(("weekday", "dow", "dayofweek"), 7.0),
    **dict.fromkeys(("month", "months"), 12.0),
    **dict.fromkeys(("doy", "dayofyear"), 365.25),
    **dict.fromkeys(("minute", "minutes"), 60.0),
}


PERIODS = {"hour": 24.0, "weekday": 7.0, "month": 12.0}  # kinds of dates, and of what goes around as they do


@dataclass(frozen=True)
class Turn:
    """How a column of numbers goes around.

    Attributes:
        period: what a full turn is; None where it does not go around, as far as one can see.
        reason: what made it so, for a note; empty where the name does not suggest an angle.
        warning: a sentence about what the user should check; empty if nothing.
    """

    period: float | None
    reason: str = ""
    warning: str = ""


def parse_kind(kind: str) -> tuple[str, float | None]:
    """Return a kind without its period, and the period: ``angle 24`` goes around every 24.

    Returns:
        The kind, and what a full turn is; None where the kind does not give it.
    """
    if kind in PERIODS:
        return "angle", PERIODS[kind]
    match = KIND.fullmatch(kind)
    if match is None or match["period"] is None:
        return kind, None
    named = {"radians": RADIANS, "degrees": FULL_TURN}
    return "angle", named.get(match["period"]) or float(match["period"])


def infer_turn(name: str, known: pd.Series) -> Turn:
    """Find out from its name and values whether a column of numbers is an angle."""
    words = name_words(name)
    largest = float(known.abs().max())
    if cycle := _cycle(words):
        what = f"{name} may go around every {cycle:g}, and is read as an amount; if it does, set kinds: {{{name}: "
        return Turn(None, "its name", f"{what}angle {cycle:g}}}.") if largest <= cycle else Turn(None)
    if not words & (SURE | AMBIGUOUS):
        return _may_go_around(name, known) if words & CIRCULAR and largest <= FULL_TURN else Turn(None)
    if largest > FULL_TURN:
        reaches = f"{name} is named like an angle but reaches {largest:g}, and is read as an amount"
        hint = f"if it goes around, set kinds: {{{name}: angle {np.ceil(largest):g}}} with its full turn."
        return Turn(None, "beyond a full turn", f"{reaches}; {hint}")
    if against := sorted(words & OTHERWISE):
        return Turn(None, f"its name has {against[0]!r}, so it is no angle")
    if largest <= RADIANS + 1e-6:
        if words & {"rad", "radian", "radians"}:
            return Turn(RADIANS, "an angle in radians by its name")
        hint = f"if it is in radians, set kinds: {{{name}: angle radians}}, if in degrees, {{{name}: angle degrees}}."
        return Turn(
            None, "within ±2π", f"{name} is named like an angle but within ±2π, and is read as an amount; {hint}"
        )
    if not words & SURE and known.min() >= 0:
        hint = f"if it is in degrees, set kinds: {{{name}: angle}}."
        return Turn(
            None, "never negative", f"{name} may be an angle but is never negative, and is read as an amount; {hint}"
        )
    warning = ""
    if known.min() >= 0 and 90 < largest <= 180 and known.nunique() > 2:
        warning = (
            f"{name} is read as an angle of 360° but is always from 0 to 180; if 0 and 180 are the same, set "
            f"kinds: {{{name}: angle 180}}."
        )
    return Turn(FULL_TURN, "an angle in degrees by its name", warning)


def _may_go_around(name: str, known: pd.Series) -> Turn:
    """Ask about numbers whose name is often that of something that goes around."""
    if known.nunique() <= LEAST_DIFFERENT:
        return Turn(None)
    kind = "angle radians" if float(known.abs().max()) <= RADIANS + 1e-6 else "angle"
    return Turn(
        None, "its name", f"{name} may go around, and is read as an amount; if it does, set kinds: {{{name}: {kind}}}."
    )


def check_turn(name: str, known: pd.Series, period: float | None) -> float:
    """Return the period of an angle that the user named as one.

    Raises:
        ExoprobeError: where the values are beyond a full turn, or are more likely radians or hours than degrees.
    """
    start = f"kinds: {name} is angle, but"
    largest = float(known.abs().max())
    if period is None:
        said = f"or {name}: angle degrees if they are degrees"
        cycle = _cycle(name_words(name))
        if cycle is None and known.min() >= 0 and RADIANS < largest <= 24 and (known == known.round()).all():
            cycle = 24.0
        if cycle is not None and largest <= cycle:
            raise ExoprobeError(
                f"{start} is from {known.min():g} to {known.max():g}; set {name}: angle {cycle:g} if {cycle:g} is a "
                f"full turn, {said}"
            )
        if largest <= RADIANS + 1e-6:
            raise ExoprobeError(f"{start} is within ±2π; set {name}: angle radians if these are radians, {said}")
    turn = period or FULL_TURN
    beyond = known[known.abs() > turn + 1e-6]
    if beyond.size:
        unit = "degrees from -360 to 360" if turn == FULL_TURN else f"from {-turn:g} to {turn:g}"
        raise ExoprobeError(f"{start} is {beyond.iloc[0]:g} in {row_name(beyond.index)}; angles are {unit}")
    return turn


def name_words(name: str) -> set[str]:
    """Take HeadYaw_deg apart: head, yaw, deg."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name).lower()
    words = set(re.findall(r"[a-zµ]+[0-9]*", spaced))
    return words | {word[:-1] for word in words if len(word) > 3 and word.endswith("s")}


def _cycle(words: set[str]) -> float | None:
    if {"day", "year"} <= words:
        return 365.25
    if {"day", "week"} <= words:
        return 7.0
    if "day" in words and words & {"minute", "second"}:
        return 1440.0 if "minute" in words else 86400.0
    return next((CYCLES[word] for word in sorted(words) if word in CYCLES), None)

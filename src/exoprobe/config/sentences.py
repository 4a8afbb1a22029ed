"""A validation error as one sentence that names key, value and what is allowed."""

from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails, PydanticCustomError

from exoprobe.config.fields import fault, shown

LIMITS = {
    "greater_than_equal": "at least {ge}",
    "less_than_equal": "at most {le}",
    "greater_than": "more than {gt}",
    "less_than": "less than {lt}",
    "too_short": "{kind} of at least {min_length}",
    "too_long": "{kind} of at most {max_length}",
    "model_type": "a section of keys",
    "dict_type": "a section of keys",
    "list_type": "a list",
    "string_type": "text",
}


def sentence(error: ValidationError) -> str:
    """Describe the fault that lies nearest to the top."""
    first = min(error.errors(), key=lambda fault: (len(fault["loc"]), str(fault["loc"])))
    return f"{dotted(_path(first)) or 'the configuration'}{_text(first)}"


def as_fault(error: ValidationError, *path: object, whole: bool = False) -> PydanticCustomError:
    """Return the first fault of a part that was checked by itself, as a fault of the section that holds it.

    Args:
        error: of the part.
        path: from the section to the part.
        whole: name the part itself, and not what is wrong in it.
    """
    first = error.errors()[0]
    return fault(_text(first), *path, *([] if whole else _path(first)))


def _text(error: ErrorDetails) -> str:
    """Return what follows the key."""
    kind, value, context = error["type"], error["input"], error.get("ctx", {})
    if kind == "fault":
        return context["text"]
    if kind == "missing":
        return " is missing"
    if kind == "string_pattern_mismatch":
        return f": {value!r} is no name; letters, digits and _ are allowed"
    if kind == "literal_error":
        allowed = context["expected"].replace("'", "").replace(" or ", ", ")
        return f" is {shown(value)}; allowed: {allowed}"
    unit = "a list" if context.get("field_type") == "List" else "a section"
    return f" is {shown(value)}; it must be {LIMITS[kind].format(kind=unit, **context)}"


def dotted(path: list[Any]) -> str:
    """Join keys and indexes as the command line and messages write them."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else (f".{step}" if text else str(step))
    return text


def _path(error: ErrorDetails) -> list[Any]:
    """Return the way to the key, without what pydantic adds: marks of a mapping's keys and of a union's cases."""
    plain = [step for step in error["loc"] if not str(step).startswith(("[", "("))]
    return [*plain, *error.get("ctx", {}).get("path", ())]

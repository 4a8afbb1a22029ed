"""Checking the configuration before any job starts, with errors of one line."""

import difflib
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError

from exoprobe.errors import ExoprobeError

TRAINING_DIGITS = 60_000  # of MNIST and its drop-in relatives
NUMBER = re.compile(r"[-+]?\d+(\.\d*)?([eE][-+]?\d+)?")
KIND_NAMES = {
    "object": "a section of keys",
    "array": "a list",
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "null",
}
LIMITS = {
    "minimum": "at least {}",
    "maximum": "at most {}",
    "exclusiveMinimum": "more than {}",
    "exclusiveMaximum": "less than {}",
    "minItems": "a list of at least {}",
    "minLength": "text of at least {} character",
}


def check_config(config: Mapping[str, Any], schema: str | Path) -> None:
    """Hold a configuration against its schema.

    Args:
        config: the configuration as read.
        schema: a JSON Schema as YAML.

    Raises:
        ExoprobeError: at the first fault, in one line that names key, value and what is allowed.
    """
    rules = yaml.safe_load(Path(schema).read_text(encoding="utf-8"))
    errors = sorted(
        Draft202012Validator(rules).iter_errors(config), key=lambda error: (len(error.path), str(error.path))
    )
    if errors:
        raise ExoprobeError(describe(errors[0]))
    _check_digits(config["digits"])


def _check_digits(digits: Mapping[str, Any]) -> None:
    """Check what a schema cannot say."""
    folder, counts = digits["folder"], digits["counts"]
    if folder is not None and not Path(folder).is_dir():
        raise ExoprobeError(f"digits.folder is {folder!r}; it must be an existing folder")
    wanted = counts["train"] + counts["validation"]
    if wanted > TRAINING_DIGITS:
        raise ExoprobeError(
            f"digits.counts.train and .validation add up to {wanted}; there are {TRAINING_DIGITS} training digits"
        )


def with_numbers(value: object) -> object:
    """Return the value with every text that reads as a number turned into that number.

    Lists and sections given on the command line arrive with all their values as text.
    """
    if isinstance(value, Mapping):
        return {key: with_numbers(part) for key, part in value.items()}
    if isinstance(value, list):
        return [with_numbers(part) for part in value]
    if isinstance(value, str) and NUMBER.fullmatch(value):
        return float(value) if set(value) & set(".eE") else int(value)
    return value


def describe(error: ValidationError) -> str:
    """Say in one line what is wrong and what would be right."""
    key = _dotted(error.absolute_path)
    value = _shown(error.instance)
    kind, wanted = error.validator, error.validator_value
    if kind == "additionalProperties":
        return _unknown_key(error, key)
    if kind == "required":
        missing = [name for name in wanted if name not in error.instance]
        return f"{_join(key, missing[0])} is missing"
    if kind == "enum":
        return f"{key} is {value}; allowed: {', '.join(map(str, wanted))}"
    if kind == "const":
        return f"{key} is {value}; it must be {wanted}"
    if kind == "type":
        names = [KIND_NAMES[name] for name in ([wanted] if isinstance(wanted, str) else wanted)]
        return f"{key or 'the configuration'} is {value}; it must be {' or '.join(names)}"
    if kind == "uniqueItems":
        return f"{key} is {value}; no value may appear twice"
    return f"{key} is {value}; it must be {LIMITS[kind].format(wanted)}"


def _unknown_key(error: ValidationError, key: str) -> str:
    known = sorted(error.schema["properties"])
    unknown = next(str(name) for name in error.instance if name not in known)
    close = difflib.get_close_matches(unknown, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"allowed: {', '.join(known)}"
    return f"{_join(key, unknown)} (value {_shown(error.instance[unknown])}) is not a known key; {hint}"


def _dotted(path: object) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text


def _join(key: str, name: str) -> str:
    return f"{key}.{name}" if key else name


def _shown(value: object) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

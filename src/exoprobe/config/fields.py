"""Types of the configuration's values, and the base of its sections.

Lists and sections given on the command line arrive with all their values as text, and YAML reads ``1e4`` as text and
``1.0e+4`` as a fraction: numbers, null, true and false are taken for what they mean where one is wanted.
"""

import difflib
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any, ClassVar, TypeVar

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
Item = TypeVar("Item")


def shown(value: object) -> str:
    """Return a value as messages show it."""
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."


def fault(text: str, *path: object) -> PydanticCustomError:
    """Return the error that is shown as the key and then the text.

    Args:
        text: what follows the key.
        path: from the section or value that is checked to the key.
    """
    return PydanticCustomError("fault", "{text}", {"text": text, "path": path})


def wrong(value: object, reason: str, *path: object) -> PydanticCustomError:
    """Return the error that is shown as key, value and what would be right."""
    return fault(f" is {shown(value)}; {reason}", *path)


def check_known(names: Iterable[object], known: Iterable[object], *path: object) -> None:
    """Refuse names of what is not there.

    Raises:
        PydanticCustomError: naming the first, and what there is.
    """
    known = list(known)
    if unknown := [name for name in names if name not in known]:
        raise fault(f": {unknown[0]!r} is not there; allowed: {', '.join(map(str, known))}", *path)


class Section(BaseModel):
    """A section of the configuration: every key is required unless it has a default, and no other is taken.

    Attributes:
        renamed: keys that have another name, or place, now.
    """

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)
    renamed: ClassVar[Mapping[str, str]] = {}

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown_keys(cls, given: object) -> object:
        if isinstance(given, Mapping):
            known = cls.known_keys(given)
            for key, value in given.items():
                if key not in known:
                    raise fault(f" (value {shown(value)}) is not a known key; {cls._hint(key, known)}", key)
        return given

    @classmethod
    def known_keys(cls, given: Mapping[str, Any]) -> list[str]:
        """Return the keys that the section may have."""
        return sorted(cls.model_fields)

    @classmethod
    def _hint(cls, key: object, known: Sequence[str]) -> str:
        if key in cls.renamed:
            return f"it is now {cls.renamed[str(key)]}"
        close = difflib.get_close_matches(str(key), known, n=1)
        return f"did you mean {close[0]}?" if close else f"allowed: {', '.join(known)}"


def _null(value: object) -> object:
    return None if value == "null" else value


def _text(value: object) -> object:
    if not isinstance(value, str):
        raise wrong(value, "it must be text")
    if not value:
        raise wrong(value, "it must be text of at least 1 character")
    return value


def _optional_text(value: object) -> object:
    value = _null(value)
    if value is not None and not isinstance(value, str):
        raise wrong(value, "it must be text or null")
    return value if value is None else _text(value)


def _number(value: object) -> int | float:
    meant = value
    if isinstance(value, str) and NUMBER.fullmatch(value):
        meant = float(value) if set(value) & set(".eE") else int(value)
    is_finite = isinstance(meant, int) or (isinstance(meant, float) and math.isfinite(meant))
    if isinstance(meant, bool) or not isinstance(meant, int | float) or not is_finite:
        raise wrong(value, "it must be a number")
    return int(meant) if isinstance(value, str) and meant == int(meant) else meant


def _whole(value: object) -> int:
    try:
        meant = _number(value)
    except PydanticCustomError:
        meant = 0.5
    if meant != int(meant):
        raise wrong(value, "it must be a whole number")
    return int(meant)


def _truth(value: object) -> object:
    meant = {"true": True, "false": False}.get(value, value) if isinstance(value, str) else value
    if not isinstance(meant, bool):
        raise wrong(value, "it must be true or false")
    return meant


def _unique(values: list[Item]) -> list[Item]:
    if any(value in values[:index] for index, value in enumerate(values)):
        raise wrong(values, "no value may appear twice")
    return values


def _no_braces(path: str | None) -> str | None:
    """Refuse what the workflow engine would take for a wildcard in an input's name."""
    if path is not None and set(path) & set("{}"):
        raise wrong(path, "a path here may not hold braces, so rename it or link to it")
    return path


Text = Annotated[str, BeforeValidator(_text)]
OptionalText = Annotated[str | None, BeforeValidator(_optional_text)]
Path_ = Annotated[Text, AfterValidator(_no_braces)]
OptionalPath = Annotated[OptionalText, AfterValidator(_no_braces)]
Truth = Annotated[bool, BeforeValidator(_truth)]
Whole = Annotated[int, BeforeValidator(_whole)]
Count = Annotated[Whole, Field(ge=1)]
Number = Annotated[int | float, BeforeValidator(_number)]
Positive = Annotated[Number, Field(gt=0)]
NotNegative = Annotated[Number, Field(ge=0)]
Fraction = Annotated[Number, Field(ge=0, lt=1)]
Seed = Annotated[Whole, Field(ge=0, le=2**32 - 1)]
Name = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_]+$")]  # becomes part of file names
Null = BeforeValidator(_null)
Unique = AfterValidator(_unique)
Seeds = Annotated[list[Seed], Field(min_length=1), Unique]
Names = Annotated[list[Text], Field(min_length=1), Unique]

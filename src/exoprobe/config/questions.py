"""The configuration's section questions: what a schema cannot check.

A variant's settings are those that its architecture's and its objective's modules declare as SETTINGS. They are
read from the source: checking needs no torch, and a new module stands in no list.
"""

import ast
from collections.abc import Iterable, Mapping
from functools import cache
from math import isfinite
from pathlib import Path
from typing import Any

from exoprobe.datasets.perturbation_ranges import check_range
from exoprobe.errors import ExoprobeError

MODELS = Path(__file__).parents[1] / "training"
PERTURBATIONS = Path(__file__).parents[1] / "datasets" / "perturbations.py"
KINDS = {"architecture": MODELS / "architectures", "objective": MODELS / "objectives"}
ROTATION = "rotation"
OWN = ("title", "architecture", "objective", "learning_rate", "tried")  # keys that every variant may have
KINDS_OF_VALUES = {
    "a whole number from 2 to 8": lambda value: value in range(2, 9) and not isinstance(value, bool),
    "source or class": lambda value: value in ("source", "class"),
    "a whole number": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "a number": lambda value: isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value),
    "text": lambda value: isinstance(value, str),
    "a list": lambda value: isinstance(value, list) and bool(value),
}


def check_questions(questions: Mapping[str, Any], representations: Iterable[str]) -> None:
    """Check variants, and that questions ask of what there is.

    Args:
        questions: the section.
        representations: those of faces.

    Raises:
        ExoprobeError: in one line that names key and value.
    """
    variants = questions["variants"]
    for name, entry in variants.items():
        _check_variant(f"questions.variants.{name}", entry, variants)
    for question in ("trade_off", "unseen_classes", "perturbations"):
        _check_known(f"questions.{question}.variants", questions[question]["variants"], variants)
    _check_known("questions.layers.networks", questions["layers"]["networks"], variants)
    _check_teachers("questions.variants", variants)
    trade_off = questions["trade_off"]
    _check_known("questions.trade_off.reference", [trade_off["reference"]], trade_off["variants"])
    _check_people("questions.unseen_classes.people", questions["unseen_classes"]["people"], variants, representations)
    if ROTATION in questions["perturbations"]["ranges"]:
        raise ExoprobeError(f"questions.perturbations.ranges.{ROTATION}: the other questions ask of it; leave it out")
    _check_known("questions.perturbations.ranges", questions["perturbations"]["ranges"], perturbations())
    for name, ranges in questions["perturbations"]["ranges"].items():
        check_range(f"questions.perturbations.ranges.{name}", ranges)


def module_of(kind: str, name: str) -> Path:
    """Return the file of an ``architecture`` or an ``objective``."""
    return KINDS[kind] / f"{name}.py"


def modules(kind: str) -> list[str]:
    """Return the names of all architectures, or of all objectives."""
    return sorted(file.stem for file in KINDS[kind].glob("*.py") if _settings_of(file) is not None)


def settings(kind: str, name: str) -> dict[str, str]:
    """Return an architecture's or an objective's settings, and what each is: see :data:`KINDS_OF_VALUES`."""
    return _settings_of(module_of(kind, name)) or {}


def trained_as(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of a variant's entry its network is built and trained by."""
    return {key: value for key, value in entry.items() if key not in ("title", "learning_rate", "tried")}


def trials(variants: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a variant for each value that was tried in tuning, by names as ``pair_lenet@0.3``."""
    return {
        f"{name}@{value}": {**entry, setting: value}
        for name, entry in variants.items()
        for setting, values in entry.get("tried", {}).items()
        for value in values
    }


def _check_variant(key: str, entry: Mapping[str, Any], variants: Mapping[str, Any]) -> None:
    wanted: dict[str, str] = {}
    for kind in KINDS:
        if entry[kind] not in modules(kind):
            raise ExoprobeError(f"{key}.{kind} is {entry[kind]!r}; allowed: {', '.join(modules(kind))}")
        wanted |= settings(kind, entry[kind])
    if missing := [name for name in wanted if name not in entry]:
        raise ExoprobeError(
            f"{key}.{missing[0]} is missing; {entry['objective']} on {entry['architecture']} needs it"
        )
    for name, value in entry.items():
        if name in OWN:
            continue
        if name not in wanted:
            allowed = ", ".join([*wanted, *OWN])
            raise ExoprobeError(f"{key}.{name} (value {value!r}) is not a known key; allowed: {allowed}")
        if not KINDS_OF_VALUES[wanted[name]](value):
            raise ExoprobeError(f"{key}.{name} is {value!r}; it must be {wanted[name]}")
        for index, entry_of_list in enumerate(value if isinstance(value, list) else []):
            if not isinstance(entry_of_list, str):
                raise ExoprobeError(f"{key}.{name}[{index}] is {entry_of_list!r}; it must be text")
    if "teacher" in entry:
        _check_known(f"{key}.teacher", [entry["teacher"]], variants)
    for name, values in entry.get("tried", {}).items():
        if name != "learning_rate" and name not in wanted:
            raise ExoprobeError(f"{key}.tried.{name} is no setting of this variant")
        if name in entry and entry[name] not in values:
            raise ExoprobeError(f"{key}.{name} is {entry[name]!r}; it must be among those tried, {values}")


def _check_teachers(key: str, entries: Mapping[str, Any]) -> None:
    """Refuse networks that would have to be trained before themselves."""
    for name in entries:
        seen, teacher = [name], entries[name].get("teacher")
        while teacher in entries and teacher not in seen:
            seen.append(teacher)
            teacher = entries[teacher].get("teacher")
        if teacher == name:
            raise ExoprobeError(f"{key}.{name}.teacher is {entries[name]['teacher']!r}; no network teaches itself")


def _check_people(
    key: str, people: Mapping[str, Any], variants: Mapping[str, Any], representations: Iterable[str]
) -> None:
    _check_known(f"{key}.variants", people["variants"], variants)
    _check_known(f"{key}.of", [people["of"]], representations)
    for name in people["variants"]:
        if variants[name]["objective"] == "adversarial":
            raise ExoprobeError(f"{key}.variants: {name} needs a factor to work against; faces have none here")
        teacher = variants[name].get("teacher")
        if teacher and "teacher" in variants[teacher]:
            raise ExoprobeError(
                f"{key}.variants: {name}'s teacher, {teacher}, has a teacher itself; on people none may"
            )


def _check_known(key: str, names: Iterable[Any], known: Iterable[Any]) -> None:
    if unknown := [name for name in names if name not in known]:
        raise ExoprobeError(f"{key}: {unknown[0]!r} is not there; allowed: {', '.join(map(str, known))}")


@cache
def perturbations() -> list[str]:
    """Return the names of all perturbations."""
    return [ast.literal_eval(key) for key in _assigned(PERTURBATIONS, "PERTURBATIONS").keys]


@cache
def _settings_of(file: Path) -> dict[str, str] | None:
    """Read what a module declares as its SETTINGS; None for a module without."""
    node = _assigned(file, "SETTINGS") if file.exists() else None
    return None if node is None else ast.literal_eval(node)


def _assigned(file: Path, name: str) -> ast.expr | None:
    """Return what a module assigns to a name at its top."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return node.value
    return None

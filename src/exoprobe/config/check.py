"""Checking the configuration before any job starts, with errors of one line."""

import copy
import difflib
import math
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml
from jsonschema import Draft202012Validator, ValidationError
from jsonschema.validators import extend

from exoprobe.config.audit import ROLES, SHORT, check_audit
from exoprobe.config.images import check_images
from exoprobe.config.questions import check_questions
from exoprobe.datasets.celeba_layout import celeba_folder
from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.registry import find_dataset
from exoprobe.errors import ExoprobeError

TRAINING_DIGITS = 60_000  # of MNIST and its drop-in relatives
NUMBER = re.compile(r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?")
EMBEDDING, TRAINED = "triplet", "attribute_network"
LAYERS = {
    "dlib_resnet": ("penultimate", "embedding"),
    "untrained": ("penultimate", "embedding"),
    "pixels": ("pixels",),
    "facenet": ("penultimate", "embedding"),
    "vgg_face": ("fc7",),
    "onnx": ("output",),
    "torchscript": ("output",),
    "torchvision": ("penultimate",),
    EMBEDDING: ("embedding",),
    TRAINED: ("penultimate",),
}
NEEDED = {
    "pixels": ("align",),
    "facenet": ("weights",),
    "vgg_face": ("weights",),
    "onnx": ("weights",),
    "torchscript": ("weights",),
    "torchvision": ("model",),
}
NUMERIC = ("integer", "number")
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
    "maxItems": "a list of at most {}",
    "minLength": "text of at least {} character",
    "minProperties": "a section with at least {} key",
    "maxProperties": "a section with at most {} key",
    "pattern": "text of the form {}",
}


def _is_whole(_: object, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_finite(_: object, value: object) -> bool:
    return _is_whole(None, value) or (isinstance(value, float) and math.isfinite(value))


# JSON Schema takes 10000.0 for an integer, and knows no .nan and .inf, which YAML does.
Validator = extend(
    Draft202012Validator,
    type_checker=Draft202012Validator.TYPE_CHECKER.redefine_many({"integer": _is_whole, "number": _is_finite}),
)


def check_config(config: Mapping[str, Any], schema: str | Path) -> None:
    """Hold a configuration against its schema.

    Args:
        config: the configuration as read.
        schema: a JSON Schema as YAML.

    Raises:
        ExoprobeError: at the first fault, in one line that names key, value and what is allowed.
    """
    errors = sorted(_faults(config, schema), key=lambda error: (len(error.path), str(error.path)))
    if errors:
        raise ExoprobeError(describe(errors[0]))
    _check_digits(config["digits"])
    _check_faces(config)
    check_audit(config["audit"])
    check_images(config["images"], Roles(**{role: config["audit"][role] for role in ROLES}))
    check_questions(config["questions"], config["faces"]["representations"])


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


def _check_faces(config: Mapping[str, Any]) -> None:
    faces = config["faces"]
    for key in ("folder", "pose"):
        _check_no_braces(f"faces.{key}", faces[key])
        if faces[key] is not None and not Path(faces[key]).exists():
            raise ExoprobeError(f"faces.{key} is {faces[key]!r}; it does not exist")
    if faces["dataset"] == "celeba" and faces["folder"] is not None:
        celeba_folder(faces["folder"])
    _check_networks(config["networks"])
    _check_representations(config)
    _check_groups(faces)


def _check_no_braces(key: str, path: str | None) -> None:
    """Refuse what the workflow engine would take for a wildcard in an input's name."""
    if path is not None and set(path) & set("{}"):
        raise ExoprobeError(f"{key} is {path!r}; a path here may not hold braces, so rename it or link to it")


def _check_networks(networks: Mapping[str, Any]) -> None:
    if EMBEDDING in networks:
        raise ExoprobeError(f"networks.{EMBEDDING}: this name is the triplet embedding's; choose another")
    for name, entry in networks.items():
        _check_no_braces(f"networks.{name}.weights", entry.get("weights"))
        if (entry["adapter"] == TRAINED) != (name == TRAINED):
            raise ExoprobeError(
                f"networks.{name}.adapter is {entry['adapter']!r}; {TRAINED} is called so, and it alone"
            )
        if lacking := [key for key in NEEDED.get(entry["adapter"], ()) if key not in entry]:
            raise ExoprobeError(f"networks.{name}.{lacking[0]} is missing; adapter {entry['adapter']} needs it")


def _check_representations(config: Mapping[str, Any]) -> None:
    faces, known = config["faces"], [*config["networks"], EMBEDDING]
    entries = faces["representations"]
    for name, entry in entries.items():
        key = f"faces.representations.{name}"
        if entry["network"] not in known:
            raise ExoprobeError(f"{key}.network is {entry['network']!r}; allowed: {', '.join(known)}")
        network = config["networks"].get(entry["network"], {"adapter": EMBEDDING})
        layers = list(network.get("tensors") or LAYERS[network["adapter"]])
        if entry["layer"] not in layers:
            raise ExoprobeError(f"{key}.layer is {entry['layer']!r}; allowed: {', '.join(layers)}")
    source = config["triplet"]["of"]
    if source not in entries or entries[source]["network"] == EMBEDDING:
        allowed = [name for name, entry in entries.items() if entry["network"] != EMBEDDING]
        raise ExoprobeError(f"triplet.of is {source!r}; allowed: {', '.join(allowed)}")
    if faces["dataset"] == "orl" and all(entry["network"] in (EMBEDDING, TRAINED) for entry in entries.values()):
        raise ExoprobeError("faces.representations: none is left on orl, where no network is trained")


def _check_groups(faces: Mapping[str, Any]) -> None:
    key = f"faces.groups.{faces['dataset']}"
    names = [name for names in faces["groups"][faces["dataset"]].values() for name in names]
    if twice := [name for name in names if names.count(name) > 1]:
        raise ExoprobeError(f"{key}: {twice[0]} is in two groups")
    known = find_dataset(faces["dataset"]).attributes(faces["folder"])
    if unknown := [name for name in names if known and name not in known]:
        raise ExoprobeError(f"{key}: there is no attribute {unknown[0]!r}; allowed: {', '.join(known)}")


def with_numbers(config: Mapping[str, Any], schema: str | Path) -> dict[str, Any]:
    """Return the configuration with numbers, null, true and false where they are meant but written otherwise.

    Lists and sections given on the command line arrive with all their values as text; YAML reads ``1e4`` as
    text and ``1.0e+4`` as a fraction. What a value should be is for the schema to say: a folder may be called
    2024.

    Args:
        config: the configuration as read.
        schema: a JSON Schema as YAML.
    """
    config = copy.deepcopy(dict(config))
    for error in list(_faults(config, schema)):
        meant = _meant(error)
        if meant is not error.instance:
            *parents, last = error.absolute_path
            section = config
            for key in parents:
                section = section[key]
            section[last] = meant
    return config


def _meant(error: ValidationError) -> object:
    """Return what was meant by a value of none of the wanted kinds; the value itself where that cannot be told."""
    value, kinds = error.instance, error.validator_value
    if error.validator == "not":
        return None
    if error.validator != "type":
        return value
    kinds = kinds if isinstance(kinds, list) else [kinds]
    if any(kind in NUMERIC for kind in kinds) and _is_number(value):
        return _to_number(value)
    words = {"null": ("null", None), "true": ("boolean", True), "false": ("boolean", False)}
    kind, meant = words.get(value, ("", value)) if isinstance(value, str) else ("", value)
    return meant if kind in kinds else value


def _is_number(value: object) -> bool:
    return isinstance(value, float) or (isinstance(value, str) and NUMBER.fullmatch(value) is not None)


def _to_number(value: str | float) -> int | float:
    if isinstance(value, str) and not set(value) & set(".eE"):
        return int(value)
    number = float(value)
    return int(number) if number.is_integer() else number


def _faults(config: Mapping[str, Any], schema: str | Path) -> Iterable[ValidationError]:
    rules = yaml.safe_load(Path(schema).read_text(encoding="utf-8"))
    return Validator(rules).iter_errors(config)


def describe(error: ValidationError) -> str:
    """Say in one line what is wrong and what would be right."""
    key = _dotted(error.absolute_path)
    value = _shown(error.instance)
    kind, wanted = error.validator, error.validator_value
    if kind == "additionalProperties":
        return _unknown_key(error, key)
    if "propertyNames" in error.schema_path:
        return f"{_join(key, error.instance)}: this name must be {LIMITS[kind].format(wanted)}"
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
    known = sorted([*error.schema["properties"], *(() if key else (*SHORT, "network"))])
    unknown = next(name for name in error.instance if name not in known)
    close = difflib.get_close_matches(str(unknown), known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"allowed: {', '.join(known)}"
    return f"{_join(key, unknown)} (value {_shown(error.instance[unknown])}) is not a known key; {hint}"


def _dotted(path: object) -> str:
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else str(part))
    return text


def _join(key: str, name: object) -> str:
    return f"{key}.{name}" if key else str(name)


def _shown(value: object) -> str:
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else text[:57] + "..."

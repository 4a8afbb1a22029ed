"""Checking a configuration file before the workflow engine reads it.

The engine's reader takes the last of two equal keys without a word, runs code that a file may hold, and shows its own
traceback for a file that is not YAML.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from exoprobe.errors import ExoprobeError

MERGE = "tag:yaml.org,2002:merge"
TEXT = "tag:yaml.org,2002:str"
CODE = "__use_yte__"  # lets the engine run what the file holds


def check_config_file(path: str | Path) -> None:
    """Refuse a file that is not one YAML mapping, with text keys each of which is there once.

    Raises:
        ExoprobeError: in one line that names the file and the line in it, and the key where there is one.
    """
    path = Path(path)
    root = _parse(path)
    if not isinstance(root, yaml.MappingNode):
        raise ExoprobeError(f"{path} must hold keys and their values; it {'is empty' if root is None else 'does not'}")
    _check_keys(root, "", path)


def check_command_line(arguments: Sequence[str]) -> None:
    """Refuse a second ``--config``, in whose favor the engine forgets the first.

    Args:
        arguments: of the engine's process.

    Raises:
        ExoprobeError: in one line that says how to give several values.
    """
    given = [argument for argument in arguments if argument in ("--config", "-C") or argument.startswith("--config=")]
    if len(given) > 1:
        raise ExoprobeError(
            f"--config is given {len(given)} times, and the last alone would count; give all values behind one: "
            "--config features=my.npy factors=my.csv"
        )


def with_defaults(config: Mapping[str, Any], path: str | Path, base: str | Path | None = None) -> dict[str, Any]:
    """Return a configuration with what it leaves out taken from a file; sections are joined key by key.

    Args:
        config: as far as it is given; it is not changed.
        path: of a whole configuration.
        base: a file that is part of ``config`` already; its sections are whole, and nothing is added to them.
    """
    defaults = _read(path)
    whole = set() if base is None else _read(base).keys()
    return _joined({key: value for key, value in defaults.items() if key not in whole}, config)


def _read(path: str | Path) -> dict[str, Any]:
    return dict(yaml.safe_load(Path(path).read_text(encoding="utf-8")))


def _joined(defaults: Mapping[str, Any], config: Mapping[str, Any]) -> dict[str, Any]:
    joined = dict(defaults)
    for key, value in config.items():
        known = joined.get(key)
        joined[key] = _joined(known, value) if isinstance(known, Mapping) and isinstance(value, Mapping) else value
    return joined


def _parse(path: Path) -> yaml.Node | None:
    try:
        return yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise ExoprobeError(f"{path} is not text (byte {error.start} is {error.object[error.start]:#x})") from error
    except OSError as error:
        raise ExoprobeError(f"{path} cannot be read ({error.strerror})") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or getattr(error, "reason", "no YAML")
        raise ExoprobeError(f"{path}{where}: not YAML ({reason})") from error


def _check_keys(node: yaml.Node, section: str, path: Path) -> None:
    if isinstance(node, yaml.SequenceNode):
        for index, child in enumerate(node.value):
            _check_keys(child, f"{section}[{index}]", path)
    if not isinstance(node, yaml.MappingNode):
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        line = key.start_mark.line + 1
        if key.tag not in (TEXT, MERGE):
            shown = key.value if isinstance(key, yaml.ScalarNode) else "[…]"
            raise ExoprobeError(f"{path}, line {line}: {shown} is a key, but not text; quote it")
        name = f"{section}.{key.value}" if section else key.value
        if key.value in lines:
            raise ExoprobeError(f"{path}, line {line}: {name} is there twice, first in line {lines[key.value]}")
        if name == CODE:
            raise ExoprobeError(f"{path}, line {line}: {CODE} is not a known key; a configuration runs no code")
        lines[key.value] = line
        _check_keys(value, name, path)

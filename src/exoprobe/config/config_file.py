"""Checking a configuration file before the workflow engine reads it.

The engine's reader takes the last of two equal keys without a word, unfolds aliases without limit, runs code that a
file may hold, and shows its own traceback for a file that is no text.
"""

from pathlib import Path

import yaml

from exoprobe.errors import ExoprobeError

LARGEST_FILE = 1_000_000  # bytes; ours has ten thousand
MOST_VALUES = 100_000  # with aliases unfolded
MERGE = "tag:yaml.org,2002:merge"
TEXT = "tag:yaml.org,2002:str"
CODE = "__use_yte__"  # lets Snakemake run what the file holds


def check_config_file(path: str | Path) -> None:
    """Refuse a file that is not one YAML mapping, with text keys each of which is there once.

    Raises:
        ExoprobeError: in one line that names the file and the line in it, and the key where there is one.
    """
    path = Path(path)
    root = _parse(_text(path), path)
    if not isinstance(root, yaml.MappingNode):
        raise ExoprobeError(
            f"{path} must hold keys and their values; it {'is empty' if root is None else 'does not'}"
        )
    if _count_values(root, {}, path) > MOST_VALUES:
        raise ExoprobeError(f"{path} unfolds to more than {MOST_VALUES} values; its aliases (*) repeat too much")
    _check_keys(root, "", path, set())


def _text(path: Path) -> str:
    try:
        if (size := path.stat().st_size) > LARGEST_FILE:
            raise ExoprobeError(f"{path} has {size} bytes; a configuration has at most {LARGEST_FILE}")
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise ExoprobeError(f"{path} is not text (byte {error.start} is {error.object[error.start]:#x})") from error
    except OSError as error:
        raise ExoprobeError(f"{path} cannot be read ({error.strerror})") from error


def _parse(text: str, path: Path) -> yaml.Node | None:
    try:
        return yaml.compose(text, yaml.SafeLoader)
    except RecursionError as error:
        raise ExoprobeError(f"{path}: its sections are nested too deeply") from error
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        reason = getattr(error, "problem", None) or getattr(error, "reason", "no YAML")
        raise ExoprobeError(f"{path}{where}: not YAML ({reason})") from error


def _count_values(node: yaml.Node, known: dict[int, int], path: Path) -> int:
    """Count the values below a node without unfolding it; ``known`` holds the counts of nodes seen before."""
    if id(node) in known:
        if not known[id(node)]:
            raise ExoprobeError(f"{path}, line {_line(node)}: an alias (*) inside what it stands for")
        return known[id(node)]
    known[id(node)] = 0
    children = node.value if isinstance(node, yaml.CollectionNode) else []
    below = [part for child in children for part in (child if isinstance(child, tuple) else [child])]
    known[id(node)] = 1 + sum(_count_values(child, known, path) for child in below)
    return known[id(node)]


def _check_keys(node: yaml.Node, section: str, path: Path, seen: set[int]) -> None:
    if isinstance(node, yaml.ScalarNode) or id(node) in seen:
        return
    seen.add(id(node))
    if isinstance(node, yaml.SequenceNode):
        for place, child in enumerate(node.value):
            _check_keys(child, f"{section}[{place}]", path, seen)
        return
    lines: dict[str, int] = {}
    for key, value in node.value:
        if key.tag not in (TEXT, MERGE):
            shown = key.value if isinstance(key, yaml.ScalarNode) else "[…]"
            raise ExoprobeError(f"{path}, line {_line(key)}: {shown} is a key, but not text; quote it")
        name = f"{section}.{key.value}" if section else key.value
        if key.value in lines:
            raise ExoprobeError(f"{path}, line {_line(key)}: {name} is there twice, first in line {lines[key.value]}")
        if name == CODE:
            raise ExoprobeError(f"{path}, line {_line(key)}: {CODE} is not a known key; a configuration runs no code")
        lines[key.value] = _line(key)
        _check_keys(value, name, path, seen)


def _line(node: yaml.Node) -> int:
    return node.start_mark.line + 1

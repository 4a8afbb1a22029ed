"""The configuration's JSON schema and reference, from its models: ``python -m exoprobe.config.generate``."""

import json
from pathlib import Path
from typing import Any

import yaml

from exoprobe.config import declared
from exoprobe.config.model import Config

ROOT = Path(__file__).parents[3]
LIMITS = {"ge": "minimum", "le": "maximum", "gt": "exclusiveMinimum", "lt": "exclusiveMaximum"}
SIGNS = {"minimum": "≥", "maximum": "≤", "exclusiveMinimum": ">", "exclusiveMaximum": "<"}
NAMES = {"integer": "whole number", "string": "text", "boolean": "true or false"}
LONGEST = 80  # characters of a section that is shown as it is shipped
HEAD = """# Configuration reference

What `config.yaml` may hold, with the values that it is shipped with. Generated from `exoprobe.config` by
`python -m exoprobe.config.generate`.
"""


def generated(root: Path = ROOT) -> dict[Path, str]:
    """Return the text of each generated file of a checkout."""
    return {
        root / "workflow" / "schemas" / "config.schema.json": _line_by_line(schema()),
        root / "docs" / "reference" / "configuration.md": reference(root / "config.yaml"),
    }


def schema() -> dict[str, Any]:
    """Return the JSON schema."""
    return _plain(Config.model_json_schema())


def _line_by_line(node: dict[str, Any]) -> str:
    """Write JSON with a line for each definition and each key at the top."""
    lines = []
    for key, value in node.items():
        if key in ("$defs", "properties"):
            inner = ",\n".join(f'  "{name}": {json.dumps(entry, ensure_ascii=False)}' for name, entry in value.items())
            lines.append(f' "{key}": {{\n{inner}\n }}')
        else:
            lines.append(f' "{key}": {json.dumps(value, ensure_ascii=False)}')
    return "{\n" + ",\n".join(lines) + "\n}\n"


def reference(config: Path) -> str:
    """Return the reference as Markdown, with the values of a configuration file."""
    shipped = yaml.safe_load(config.read_text(encoding="utf-8"))
    whole = schema()
    return "\n".join([HEAD, *_section(whole, "", shipped, whole["$defs"]), *_modules()])


def _plain(node: Any) -> Any:  # noqa: ANN401
    """Write limits of numbers as JSON Schema has them, where pydantic has its own words; leave out titles."""
    if isinstance(node, list):
        return [_plain(child) for child in node]
    if not isinstance(node, dict):
        return node
    return {
        LIMITS.get(key, key): _plain(value)
        for key, value in node.items()
        if key != "discriminator" and not (key == "title" and isinstance(value, str))
    }


def _section(node: dict[str, Any], key: str, shipped: Any, models: dict[str, Any]) -> list[str]:  # noqa: ANN401
    """Describe a section and, below it, the sections in it."""
    lines = [f"## {f'`{key}`' if key else 'Top level'}", "", _prose(node), ""]
    lines += ["| key | value | shipped | |", "|---|---|---|---|"]
    below: list[str] = []
    for name, entry in node["properties"].items():
        value = shipped.get(name) if isinstance(shipped, dict) else None
        inner, path = _inner(entry, models), f"{key}.{name}".removeprefix(".")
        kind = _kind(entry) if name in node.get("required", ()) else f"{_kind(entry)} (optional)"
        is_shown = isinstance(shipped, dict) and name in shipped and inner is None
        text = f"`{json.dumps(value, ensure_ascii=False)}`" if is_shown else ""
        default = "" if isinstance(value, dict) and len(text) > LONGEST else text
        lines.append(f"| `{name}` | {kind} | {default} | {_prose(entry)} |")
        if inner is not None and "$ref" not in entry:
            below += _section(inner, f"{path}.…", None, models)
        elif inner is not None:
            below += _section(inner, path, value, models)
    return [*lines, "", *below]


def _inner(entry: dict[str, Any], models: dict[str, Any]) -> dict[str, Any] | None:
    """Return the section that a key holds, directly or by name."""
    named = [entry.get("additionalProperties"), *entry.get("patternProperties", {}).values()]
    references = [case["$ref"] for case in (entry, *named) if isinstance(case, dict) and "$ref" in case]
    return models.get(references[0].rpartition("/")[2]) if references else None


def _modules() -> list[str]:
    """List the architectures, objectives and adapters, with what each needs."""
    lines = []
    for kind in declared.FOLDERS:
        lines += [f"## {kind.capitalize()}s", "", f"| {kind} | settings |", "|---|---|"]
        for name in declared.modules(kind):
            entries = declared.settings(kind, name).items()
            lines.append(f"| `{name}` | {', '.join(f'`{key}` ({what})' for key, what in entries)} |")
        lines.append("")
    return lines


def _kind(node: dict[str, Any]) -> str:
    """Describe a value's type and limits."""
    if "$ref" in node or node.get("type") == "object":
        return "section"
    if "enum" in node:
        return ", ".join(f"`{value}`" for value in node["enum"])
    limits = "".join(f" {sign} {node[name]}" for name, sign in SIGNS.items() if name in node)
    if cases := node.get("anyOf") or node.get("oneOf"):
        text = " or ".join(dict.fromkeys(map(_kind, cases)))
        return text.replace("whole number or number", "number") + limits
    if node.get("type") == "array":
        return f"list of {_kind(node['items'])}"
    return NAMES.get(node["type"], node["type"]) + limits


def _prose(node: dict[str, Any]) -> str:
    return " ".join(node.get("description", "").split()).replace("|", "\\|")


if __name__ == "__main__":
    for path, text in generated().items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

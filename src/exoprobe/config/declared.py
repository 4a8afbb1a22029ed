"""What the modules of architectures, objectives, adapters and perturbations declare of themselves.

Their source is parsed: checking a configuration needs no torch, and a new module stands in no list.
"""

import ast
from functools import cache
from pathlib import Path
from typing import Any

LIBRARY = Path(__file__).parents[1]
FOLDERS = {
    "architecture": LIBRARY / "training" / "architectures",
    "objective": LIBRARY / "training" / "objectives",
    "adapter": LIBRARY / "embeddings" / "adapters",
}
PERTURBATIONS = LIBRARY / "datasets" / "perturbations.py"
LAST_LAYERS = ("ip1", "ip2")  # of every architecture for digits


def module_of(kind: str, name: str) -> Path:
    """Return the file of an ``architecture``, an ``objective`` or an ``adapter``."""
    return FOLDERS[kind] / f"{name}.py"


def modules(kind: str) -> list[str]:
    """Return the names of all architectures for images, of all objectives or of all adapters."""
    needed = "SETTINGS" if kind == "objective" else "LAYERS"
    return sorted(file.stem for file in FOLDERS[kind].glob("*.py") if declared(file, needed) is not None)


def settings(kind: str, name: str) -> dict[str, str]:
    """Return a module's settings: for an adapter ``needed`` or ``optional``, else what each has to be."""
    return declared(module_of(kind, name), "SETTINGS") or {}


def layers_of(entry: dict[str, Any]) -> list[str]:
    """Return the layers of a network for digits.

    Args:
        entry: its ``architecture``, ``objective`` and their settings. A network that regresses to a teacher's
            activations ends with ip1.
    """
    layers = declared(module_of("architecture", entry["architecture"]), "LAYERS")
    if isinstance(layers, dict):  # by the architecture's setting
        layers = layers[entry[next(iter(settings("architecture", entry["architecture"])))]]
    return [*layers, *(LAST_LAYERS[:1] if entry["objective"] == "mean_activation" else LAST_LAYERS)]


def adapter_layers(name: str) -> list[str]:
    """Return the layers that a face network's adapter gives; none where the configuration names them."""
    return list(declared(module_of("adapter", name), "LAYERS") or ())


@cache
def perturbations() -> dict[str, tuple[float, float]]:
    """Return the lowest and the highest value that make sense, by perturbation."""
    table = _assigned(PERTURBATIONS, "PERTURBATIONS")
    assert isinstance(table, ast.Dict)
    return {
        ast.literal_eval(name): ast.literal_eval(entry.args[3])
        for name, entry in zip(table.keys, table.values, strict=True)
        if name is not None and isinstance(entry, ast.Call)
    }


@cache
def declared(file: Path, name: str) -> Any:  # noqa: ANN401
    """Return a literal that a module assigns at its top; None where there is no such module or name."""
    node = _assigned(file, name) if file.exists() else None
    return None if node is None else ast.literal_eval(node)


def _assigned(file: Path, name: str) -> ast.expr | None:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign | ast.AnnAssign):
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            if ast.unparse(target) == name:
                return node.value
    return None

"""Which probes are registered, found without importing them: the workflow asks before every job."""

import ast
from pathlib import Path

METHODS = Path(__file__).parent / "methods"


def probe_names() -> list[str]:
    """Return the names of all registered probes."""
    return sorted(file.stem for file in METHODS.glob("*.py") if file.stem != "__init__")


def general_probe_names() -> list[str]:
    """Return the names of the probes that predict any factor, by their rank: those of an audit."""
    declared = {name: _declared(METHODS / f"{name}.py") for name in probe_names()}
    general = [name for name, keywords in declared.items() if keywords.get("general")]
    return sorted(general, key=lambda name: (declared[name].get("rank", 100), name))


def _declared(file: Path) -> dict[str, object]:
    """Return the plain keywords of a module's ``PROBE = Probe(…)``."""
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if (
            isinstance(node, ast.Assign)
            and ast.unparse(node.targets[0]) == "PROBE"
            and isinstance(node.value, ast.Call)
        ):
            constants = [keyword for keyword in node.value.keywords if isinstance(keyword.value, ast.Constant)]
            return {str(keyword.arg): ast.literal_eval(keyword.value) for keyword in constants}
    return {}

"""Imports point one way: a module may use its own layer and those below it."""

import ast
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src"
# From the bottom to the top. Feature files are a format, so that datasets, which may be made of a user's feature file,
# stand on them. Networks that are trained here and those that are loaded are on one level, as figures and pages are.
LAYERS = [
    {"errors", "idle_threads"},
    {"io", "progress", "logs", "gpu_lock", "run_lock"},
    {"compute", "provenance"},
    {"features"},
    {"datasets"},
    {"config"},
    {"training", "embeddings"},
    {"probes"},
    {"evaluation"},
    {"plots", "report"},
    {"runs"},
    {"audit_stages", "audit_steps", "audit_result", "first_verdicts"},
    {"api", "gate"},
    {"check_command", "erase_command"},
    {"cli"},
    {"__main__", "__init__"},
]
LEVELS = {package: level for level, layer in enumerate(LAYERS) for package in layer}
FILES = {
    ".".join(file.relative_to(SOURCE).with_suffix("").parts): file for file in sorted(SOURCE.rglob("exoprobe/**/*.py"))
}


def imports(tree: ast.AST) -> set[str]:
    """Return the modules that are imported, each name of ``from … import`` as one too."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"line {node.lineno}: a relative import"
            names |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return names


IMPORTS = {module: imports(ast.parse(file.read_text(encoding="utf-8"))) for module, file in FILES.items()}


def level(module: str) -> int:
    return LEVELS[module.split(".")[1]]


@pytest.mark.parametrize("package", sorted(LEVELS))
def test_a_package_imports_its_own_layer_and_those_below(package):
    upward = [
        f"{module} imports {name}"
        for module, names in IMPORTS.items()
        if module.split(".")[1] == package
        for name in names & FILES.keys()
        if level(name) > level(module)
    ]
    assert not upward, "\n".join(upward)


def test_no_modules_import_each_other_in_a_circle():
    graph = {module: names & FILES.keys() - {module} for module, names in IMPORTS.items()}
    assert list(TopologicalSorter(graph).static_order())


def test_the_library_does_not_know_the_workflow_engine():
    assert not [module for module, names in IMPORTS.items() if {name.split(".")[0] for name in names} & {"snakemake"}]

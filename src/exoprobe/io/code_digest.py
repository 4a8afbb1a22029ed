"""Which modules of a package a Python file imports, found by reading, not by running."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")  # of statements


def imported_files(script: str | Path, root: str | Path, package: str = "exoprobe") -> list[Path]:
    """List a script and every module of the package that it imports, directly or through others.

    Args:
        script: a Python file.
        root: the folder that holds the package's folder.
        package: the package whose modules count; other imports are ignored.

    Returns:
        The script first, then the modules' files, sorted.
    """
    root = Path(root)
    files: set[Path] = set()
    waiting = [Path(script)]
    while waiting:
        for file in _direct_imports(waiting.pop(), root, package) - files:
            files.add(file)
            waiting.append(file)
    return [Path(script), *sorted(files)]


@cache  # a run asks it of every script's modules, which are mostly the same
def _direct_imports(file: Path, root: Path, package: str) -> set[Path]:
    files: set[Path] = set()
    for level, module, names in _import_statements(file):
        base = _absolute_name(level, module, file, root)
        for name in [base, *(f"{base}.{member}" for member in names)]:
            if name.split(".")[0] == package:
                files |= _module_files(name, root)
    return files


def _import_statements(file: Path) -> list[tuple[int, str | None, list[str]]]:
    """Return what a file imports: how many dots lead, a module, and names from it that may be modules."""
    statements: list[tuple[int, str | None, list[str]]] = []
    for node in _statements(ast.parse(file.read_bytes(), str(file))):
        if isinstance(node, ast.Import):
            statements += [(0, alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            statements.append((node.level, node.module, [alias.name for alias in node.names]))
    return statements


def _statements(node: ast.AST) -> Iterator[ast.AST]:
    """Yield what lies below a node, at any depth, but for expressions: most of a file, which import nothing."""
    for block in BLOCKS:
        for statement in getattr(node, block, ()):
            yield statement
            yield from _statements(statement)


def _absolute_name(level: int, module: str | None, file: Path, root: Path) -> str:
    """Return the dotted name of an imported module; leading dots count from the file's folder."""
    if not level:
        return module or ""
    folder = file.parent.relative_to(root).parts
    return ".".join([*folder[: len(folder) - level + 1], *filter(None, [module])])


@cache
def _module_files(name: str, root: Path) -> set[Path]:
    """Return the files that importing a dotted name runs: its own and its packages' ``__init__.py``."""
    names = name.split(".")
    packages = [root.joinpath(*names[:depth], "__init__.py") for depth in range(1, len(names) + 1)]
    module = root.joinpath(*names).with_suffix(".py")
    return {file for file in [*packages, module] if file.is_file()}

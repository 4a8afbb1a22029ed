"""Which modules of a package a Python file imports, found by reading, not by running."""

import ast
from functools import cache
from pathlib import Path


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
    found: set[Path] = set()
    waiting = [Path(script)]
    while waiting:
        for file in _direct_imports(waiting.pop(), root, package) - found:
            found.add(file)
            waiting.append(file)
    return [Path(script), *sorted(found)]


def _direct_imports(file: Path, root: Path, package: str) -> set[Path]:
    files: set[Path] = set()
    for level, module, names in _import_statements(file.read_text(encoding="utf-8"), str(file)):
        base = _absolute_name(level, module, file, root)
        for name in [base, *(f"{base}.{one}" for one in names)]:
            if name.split(".")[0] == package:
                files |= _module_files(name, root)
    return files


@cache  # a run asks it of every script's modules, which are mostly the same
def _import_statements(source: str, file: str) -> list[tuple[int, str | None, list[str]]]:
    """Return what a source imports: how many dots lead, a module, and names from it that may be modules."""
    found: list[tuple[int, str | None, list[str]]] = []
    for node in ast.walk(ast.parse(source, file)):
        if isinstance(node, ast.Import):
            found += [(0, alias.name, []) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            found.append((node.level, node.module, [alias.name for alias in node.names]))
    return found


def _absolute_name(level: int, module: str | None, file: Path, root: Path) -> str:
    """Return the dotted name of an imported module; leading dots count from the file's folder."""
    if not level:
        return module
    folder = file.parent.relative_to(root).parts
    return ".".join([*folder[: len(folder) - level + 1], *filter(None, [module])])


@cache
def _module_files(name: str, root: Path) -> set[Path]:
    """Return the files that importing a dotted name runs: its own and its packages' ``__init__.py``."""
    parts = name.split(".")
    packages = [root.joinpath(*parts[:depth], "__init__.py") for depth in range(1, len(parts) + 1)]
    module = root.joinpath(*parts).with_suffix(".py")
    return {file for file in [*packages, module] if file.is_file()}

"""Finding an architecture or an objective by the name of its module.

They are imported by name, not listed: a new module needs no list, and an edit makes stale only what was trained
with it (the rules' params hold the digests of a variant's own modules).
"""

import importlib


def class_of(package: str, name: str, base: type) -> tuple[type, dict[str, str]]:
    """Return the class of this base that a module defines, and what it declares as its SETTINGS.

    Args:
        package: the dotted name of the modules' package.
        name: the module's.
        base: what the class is derived from.
    """
    module = importlib.import_module(f"{package}.{name}")
    (defined,) = (
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, base) and value.__module__ == module.__name__
    )
    return defined, module.SETTINGS

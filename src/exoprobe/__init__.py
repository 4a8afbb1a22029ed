"""exoprobe: what is still hiding in a deep feature?

Data flow in one direction: a *dataset* (images, factors, groups, splits) becomes a *representation* in a network's
layer, *probes* predict factors from it, *scores* measure the predictions, and *figures*, tables and the page show them.
The library takes arrays, tensors and paths; it knows nothing of the workflow engine that calls it.

``exoprobe.audit`` audits a user's features, ``exoprobe.load_results`` reads what an audit has written, and
``exoprobe.Eraser`` removes factors from features.
"""

from importlib import import_module
from typing import Any

# By name, not by an import statement: every rule's code digest would follow it to the whole library.
__all__ = ["AuditResult", "Eraser", "ExoprobeError", "Seeds", "audit", "load_results"]
_MODULES = {
    "AuditResult": "audit_result",
    "Eraser": "embeddings.eraser",
    "ExoprobeError": "errors",
    "Seeds": "api",
    "audit": "api",
    "load_results": "audit_result",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 a module's attributes are of any type
    """Import what a user asks for when it is asked for: torch alone takes more than a second."""
    if name not in _MODULES:
        raise AttributeError(f"module 'exoprobe' has no attribute {name!r}")
    return getattr(import_module(f"exoprobe.{_MODULES[name]}"), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])

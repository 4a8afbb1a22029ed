"""From a network's entry in the configuration to an adapter, which is the module of its name."""

import importlib
from pathlib import Path
from typing import Any

from exoprobe.embeddings.adapters.adapter import Adapter


def load_adapter(settings: dict[str, Any], weights: str | Path | None, seed: int | None) -> Adapter:
    """Build the network that a configuration entry names.

    Adapters are imported by name, not listed: some need packages that others do not, and a new one is a new file.

    Args:
        settings: ``adapter``, a module here, and what it needs.
        weights: the weights' file, None for a network without.
        seed: of an untrained network's weights.
    """
    module = importlib.import_module(f"exoprobe.embeddings.adapters.{settings['adapter']}")
    return module.build(weights, settings, seed)

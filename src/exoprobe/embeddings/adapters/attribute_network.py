"""The attribute network that is trained here."""

from pathlib import Path
from typing import Any

from exoprobe.embeddings.adapters.adapter import Adapter
from exoprobe.training.attribute_network import attribute_adapter

SETTINGS: dict[str, str] = {}
LAYERS = ("penultimate",)  # its predictions are no representation


def build(weights: str | Path, settings: dict[str, Any] | None = None, seed: int | None = None) -> Adapter:
    """Return the adapter of a trained attribute network."""
    return attribute_adapter(weights)

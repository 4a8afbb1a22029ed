"""What a weights file says of itself."""

import json
from collections.abc import Iterable
from pathlib import Path

from safetensors import safe_open

METADATA_KEY = "exoprobe.weights"


def pack_metadata(metadata: dict[str, str]) -> dict[str, str]:
    """Put metadata into one entry: safetensors writes several in an order of chance, and files would differ."""
    return {METADATA_KEY: json.dumps(metadata)}


def read_metadata(path: str | Path) -> dict[str, str]:
    """Read what was saved beside the weights."""
    with safe_open(path, framework="numpy") as file:
        return json.loads((file.metadata() or {}).get(METADATA_KEY, "{}"))


def training_devices(weights: Iterable[str | Path]) -> str:
    """Say on what networks were trained: ``cpu``, or the names of all devices where there were several."""
    return " and ".join(sorted({read_metadata(path)["device"] for path in weights}))

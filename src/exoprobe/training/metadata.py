"""The metadata of weights files."""

import json
from collections.abc import Iterable
from pathlib import Path

from safetensors import safe_open

METADATA_KEY = "exoprobe.weights"


def pack_metadata(metadata: dict[str, str]) -> dict[str, str]:
    """Put metadata into one entry: safetensors writes several in random order, and files would differ."""
    return {METADATA_KEY: json.dumps(metadata)}


def read_metadata(path: str | Path) -> dict[str, str]:
    """Read the metadata of a weights file."""
    with safe_open(path, framework="numpy") as file:
        return json.loads((file.metadata() or {}).get(METADATA_KEY, "{}"))


def training_devices(weights: Iterable[str | Path]) -> str:
    """Return the device of training: ``cpu``, or the names of all devices where there were several."""
    return " and ".join(sorted({read_metadata(path)["device"] for path in weights}))

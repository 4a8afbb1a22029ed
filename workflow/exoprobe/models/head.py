"""A trained network's own last layer, read without torch."""

from pathlib import Path

import numpy as np
from safetensors.numpy import load_file


def load_head(weights: str | Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Return weight [K, D] and bias [K] of ip2, or None where the network is truncated before it."""
    tensors = load_file(weights)
    if "ip2.weight" not in tensors:
        return None
    return tensors["ip2.weight"], tensors["ip2.bias"]

"""A trained network's own last layer, read without torch."""

from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from exoprobe.errors import ExoprobeError


def load_head(weights: str | Path) -> tuple[np.ndarray, np.ndarray] | None:
    """Return weight [K, D] and bias [K] of ip2, or None where the network is truncated before it.

    Raises:
        ExoprobeError: where the file is not whole.
    """
    try:
        tensors = load_file(weights)
    except (OSError, SafetensorError) as error:
        raise ExoprobeError(f"{weights}: not a whole safetensors file ({error})") from error
    if "ip2.weight" not in tensors:
        return None
    return tensors["ip2.weight"], tensors["ip2.bias"]

"""A trained network's own last layer, read without torch."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file

from exoprobe.errors import ExoprobeError

# Layers by the names of their weights, and whether a ReLU lies between the features and the layer.
LAYERS = {"ip2": False, "head": True}


@dataclass(frozen=True)
class Head:
    """The last layer of a network, on top of the features before it.

    Attributes:
        weight: [K, D].
        bias: [K].
        relu: whether negative features are set to 0 first.
    """

    weight: np.ndarray
    bias: np.ndarray
    relu: bool = False

    def outputs(self, features: np.ndarray) -> np.ndarray:
        """Return the outputs for features [N, D]: [N, K]."""
        return (np.maximum(features, 0) if self.relu else features) @ self.weight.T + self.bias


def load_head(weights: str | Path) -> Head | None:
    """Return a network's last layer, or None where the network is truncated before it.

    Raises:
        ExoprobeError: where the file is not whole.
    """
    try:
        tensors = load_file(weights)
    except (OSError, SafetensorError) as error:
        raise ExoprobeError(f"{weights}: not a whole safetensors file ({error})") from error
    for name, relu in LAYERS.items():
        if f"{name}.weight" in tensors:
            return Head(tensors[f"{name}.weight"], tensors[f"{name}.bias"], relu)
    return None

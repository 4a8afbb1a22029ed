"""VGG-Face (Parkhi et al. 2015): FC7 after its ReLU, 4096-d, from the published MatConvNet file.

The representation that Table 1 calls VGG. Input is the face's box, 224×224, as in section 3.2.
"""

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from scipy.io import loadmat
from scipy.io.matlab import MatReadError
from torch import Tensor, nn

from exoprobe.embeddings.adapters.adapter import Adapter, require_weights
from exoprobe.embeddings.crops import Crop
from exoprobe.errors import ExoprobeError

SETTINGS = {"weights": "needed"}
LAYERS = ("fc7",)
WEIGHTS = "vgg-face.mat (MatConvNet's model of www.robots.ox.ac.uk/~vgg/software/vgg_face)"
MEAN_RGB = (129.186, 104.762, 93.594)
POOL_AFTER = ("conv1_2", "conv2_2", "conv3_3", "conv4_3", "conv5_3")
DAMAGED = (MatReadError, OSError, EOFError, zlib.error)  # what loadmat raises for a file that is cut off


class VggFace(nn.Module):
    """Convolutions and fully connected layers up to FC7, as the file lists them.

    Args:
        layers: weight [height, width, inputs, outputs] and bias [outputs] by name, in order; MatConvNet writes
            fully connected layers as convolutions.
    """

    mean: Tensor

    def __init__(self, layers: dict[str, tuple[np.ndarray, np.ndarray]]) -> None:
        super().__init__()
        steps: list[nn.Module] = []
        for name, (weight, bias) in layers.items():
            height, width, inputs, outputs = weight.shape
            padding = 1 if name.startswith("conv") else 0
            convolution = nn.Conv2d(inputs, outputs, (height, width), padding=padding)
            with torch.no_grad():
                convolution.weight.copy_(torch.from_numpy(weight.transpose(3, 2, 0, 1).astype(np.float32)))
                convolution.bias = nn.Parameter(torch.from_numpy(bias.astype(np.float32)))
            steps += [convolution, nn.ReLU(), *([nn.MaxPool2d(2)] if name in POOL_AFTER else [])]
        self.steps = nn.Sequential(*steps)
        self.register_buffer("mean", torch.tensor(MEAN_RGB).view(1, 3, 1, 1))

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Map uint8 RGB [N, 3, 224, 224] to ``fc7`` [N, 4096]."""
        return {LAYERS[0]: self.steps(images - self.mean).flatten(1)}


def build(weights: str | Path, settings: dict[str, Any] | None = None, seed: int | None = None) -> Adapter:
    """Return the adapter, with the published weights.

    Raises:
        ExoprobeError: where the file is missing or not that network.
    """
    path = require_weights(weights, WEIGHTS)
    return Adapter(Crop(224, "box"), LAYERS, VggFace(read_matconvnet(path)).eval())


def read_matconvnet(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Read the weights of a MatConvNet network up to FC7.

    Returns:
        Weight [height, width, inputs, outputs] and bias by layer, in order.
    """
    try:
        content = loadmat(str(path), squeeze_me=True, struct_as_record=False)
        layers = {}
        for layer in np.atleast_1d(content["layers"]):
            if getattr(layer, "type", "") == "conv":
                weight, bias = layer.weights if hasattr(layer, "weights") else (layer.filters, layer.biases)
                if np.ndim(weight) == 2:  # reading drops the 1 × 1 of a fully connected layer
                    weight = weight[None, None]
                layers[str(layer.name)] = (np.asarray(weight), np.ravel(bias))
                if layer.name == LAYERS[0]:
                    return layers
    except (ValueError, LookupError, TypeError, AttributeError, NotImplementedError, *DAMAGED) as error:
        raise ExoprobeError(f"{path} is not a MatConvNet network ({error}). Fetch {WEIGHTS}") from error
    raise ExoprobeError(f"{path} has no layer {LAYERS[0]}. Fetch {WEIGHTS}")

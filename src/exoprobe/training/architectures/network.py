"""What all networks share: the scale of their input, their last two layers and how their weights begin."""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PIXEL_SCALE = 1 / 256  # Caffe's; no mean is subtracted
FEATURES = 500  # of ip1, the layer that is compared


class Network(nn.Module):
    """A network that ends as LeNet does: ip1 500 → ReLU → ip2, the logits.

    Its ``forward`` maps a batch to the activations of all its layers, in order.

    Attributes:
        layers: the names of the layers in this order: ``conv1`` …, ``ip1`` and, unless truncated, ``ip2``.
    """

    layers: tuple[str, ...]

    def end_with_inner_products(self, inputs: int, classes: int) -> None:
        """Add ip1 and ip2 behind so many inputs; no classes leave ip2 away (µ-LeNet, section 4.2.1)."""
        self.ip1 = nn.Linear(inputs, FEATURES)
        self.ip2 = nn.Linear(FEATURES, classes) if classes else None
        self.layers = (*self.layers, "ip1", *(["ip2"] if classes else []))

    def inner_products(self, inputs: Tensor) -> dict[str, Tensor]:
        """Map maps or vectors [N, …] to ``ip1`` [N, 500] after its ReLU and, unless truncated, ``ip2``."""
        ip1 = F.relu(self.ip1(inputs.flatten(1)))
        return {"ip1": ip1} if self.ip2 is None else {"ip1": ip1, "ip2": self.ip2(ip1)}

    def scaled(self, images: Tensor) -> Tensor:
        """Turn pixels, uint8 [N, 1, height, width], into what convolutions take."""
        return images.to(self.ip1.weight.dtype, memory_format=torch.channels_last) * PIXEL_SCALE


def fill_like_caffe(layer: nn.Conv2d | nn.Linear, generator: torch.Generator | None = None) -> None:
    """Caffe's "xavier" filler: weights uniform in ±√(3 / fan-in), biases zero."""
    bound = math.sqrt(3 / layer.weight[0].numel())
    nn.init.uniform_(layer.weight, -bound, bound, generator=generator)
    _clear_bias(layer)


def fill_for_relu(network: nn.Module, generator: torch.Generator | None = None) -> None:
    """He et al.'s (2015) filler for every layer: weights uniform in ±√(6 / fan-in), biases zero.

    A ReLU halves the variance; as Caffe fills, signals would fade with depth.
    """
    for layer in network.modules():
        if isinstance(layer, nn.Conv2d | nn.Linear):
            nn.init.kaiming_uniform_(layer.weight, nonlinearity="relu", generator=generator)
            _clear_bias(layer)


def _clear_bias(layer: nn.Conv2d | nn.Linear) -> None:
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)

"""dlib's face ResNet with random weights (He et al. 2015): the control for what the architecture keeps."""

from typing import Any

import torch
from torch import nn

from exoprobe.embeddings.adapters.adapter import Adapter
from exoprobe.embeddings.adapters.dlib_resnet import CROP, DlibResNet

SETTINGS: dict[str, str] = {}
LAYERS = ("penultimate", "embedding")


def build(weights: None, settings: dict[str, Any] | None, seed: int) -> Adapter:
    """Return the adapter of a network with the weights of this seed."""
    network, generator = DlibResNet(), torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight, nonlinearity="relu", generator=generator)
            if module.bias is not None:
                nn.init.zeros_(module.bias)
    return Adapter(CROP, LAYERS, network.to(memory_format=torch.channels_last).eval())

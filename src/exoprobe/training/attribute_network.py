"""The attribute network: a ResNet trained on attributes themselves, the comparison of Figure 2 and Table 1.

It stands in for AFFACT (Günther et al. 2017): a ResNet (He et al. 2016) with a 1000-d layer, here torchvision's
own last one, and one output per attribute on top; Euclidean loss toward ±1, balanced as MOON (Rudd et al. 2016).
"""

from pathlib import Path

import torch
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from exoprobe.embeddings.adapters.adapter import Adapter
from exoprobe.embeddings.crops import Crop
from exoprobe.training.checkpoint import load_weights
from exoprobe.training.metadata import read_metadata

# Residual blocks per stage. resnet10 is the small default, resnet50 the paper's setting.
ARCHITECTURES = {
    "resnet10": (BasicBlock, (1, 1, 1, 1)),
    "resnet18": (BasicBlock, (2, 2, 2, 2)),
    "resnet50": (Bottleneck, (3, 4, 6, 3)),
}
MARGIN = 0.1  # around the face's box
LAYERS = ("penultimate", "attributes")


class AttributeNetwork(nn.Module):
    """A ResNet with a 1000-d layer and one output per attribute.

    Args:
        architecture: a key of :data:`ARCHITECTURES`.
        attributes: how many outputs.
    """

    def __init__(self, architecture: str, attributes: int) -> None:
        super().__init__()
        block, depths = ARCHITECTURES[architecture]
        self.trunk = ResNet(block, list(depths), num_classes=1000)
        self.head = nn.Linear(1000, attributes)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Map RGB [N, 3, size, size], from 0 to 255, to ``penultimate`` [N, 1000] and ``attributes`` [N, A]."""
        inputs = ((images.float() - 127.5) / 64).contiguous(memory_format=torch.channels_last)
        penultimate = self.trunk(inputs)
        return {"penultimate": penultimate, "attributes": self.head(torch.relu(penultimate))}


def balancing_weights(present: Tensor) -> Tensor:
    """Return MOON's weights toward a target distribution of one half (Rudd et al. 2016, Eq. 3).

    Args:
        present: bool [N, A], of the training set.

    Returns:
        [2, A]: the weight of an image where the attribute is absent, and where it is present. The rarer label
        weighs 1, the other as much less as it is more frequent.
    """
    fraction = present.double().mean(0)
    ratio = fraction / (1 - fraction)
    return torch.stack([ratio.clamp(max=1), (1 / ratio).clamp(max=1)]).float()


def attribute_adapter(weights: str | Path) -> Adapter:
    """Return the adapter of a trained attribute network."""
    state, metadata = load_weights(weights), read_metadata(weights)
    network = AttributeNetwork(metadata["architecture"], len(state["head.bias"]))
    network.load_state_dict(state)
    crop = Crop(int(metadata["size"]), "box", margin=MARGIN)
    return Adapter(crop, LAYERS, network.to(memory_format=torch.channels_last).eval())

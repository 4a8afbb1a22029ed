"""LeNets of two to eight convolutional layers: what depth does to invariance, the paper's first open question.

The convolutions stand in two halves, a max-pool 2 behind each (of an odd number, the first half has one more). The
first of each half is LeNet's own: 20@5×5 and 50@5×5. Every further one is 3×3 and as wide, padded so that the maps
keep their size. So whatever the depth, 4×4 maps of 50 channels go into ip1, which sees the whole image, and two
layers are LeNet itself, but for the ReLU behind every convolution: without, depth would add nothing between pools.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exoprobe.training.architectures.network import Network, fill_for_relu

SETTINGS = {"convolutions": "a whole number from 2 to 8"}
LAYERS = {  # by the number of convolutions
    2: ("conv1", "pool1", "conv2", "pool2"),
    3: ("conv1", "conv2", "pool1", "conv3", "pool2"),
    4: ("conv1", "conv2", "pool1", "conv3", "conv4", "pool2"),
    5: ("conv1", "conv2", "conv3", "pool1", "conv4", "conv5", "pool2"),
    6: ("conv1", "conv2", "conv3", "pool1", "conv4", "conv5", "conv6", "pool2"),
    7: ("conv1", "conv2", "conv3", "conv4", "pool1", "conv5", "conv6", "conv7", "pool2"),
    8: ("conv1", "conv2", "conv3", "conv4", "pool1", "conv5", "conv6", "conv7", "conv8", "pool2"),
}

WIDTHS = (20, 50)  # channels of the two halves


class DeepLeNet(Network):
    """A LeNet of so many convolutional layers.

    Args:
        classes: outputs of ip2; 0 leaves ip2 away.
        generator: source of the initial weights.
        convolutions: from 2 to 8.
    """

    def __init__(self, classes: int, generator: torch.Generator | None = None, *, convolutions: int) -> None:
        super().__init__()
        first_half = (convolutions + 1) // 2
        self.layers, channels = LAYERS[convolutions], 1
        for number in range(1, convolutions + 1):
            half = int(number > first_half)
            begins = number in (1, first_half + 1)
            conv = nn.Conv2d(channels, WIDTHS[half], 5 if begins else 3, padding=0 if begins else 1)
            self.add_module(f"conv{number}", conv)
            channels = WIDTHS[half]
        self.end_with_inner_products(channels * 4 * 4, classes)
        fill_for_relu(self, generator)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Compute every layer's activations of uint8 [N, 1, 28, 28].

        Returns:
            ``conv1`` [N, 20, 24, 24] … ``pool1`` [N, 20, 12, 12] … ``pool2`` [N, 50, 4, 4], convolutions after
            their ReLUs, ``ip1`` [N, 500] after its own and, unless truncated, ``ip2`` [N, classes], the logits.
        """
        maps, activations = self.scaled(images), {}
        for name in self.layers:
            if name.startswith("ip"):
                break
            maps = F.max_pool2d(maps, 2) if name.startswith("pool") else F.relu(self.get_submodule(name)(maps))
            activations[name] = maps
        return {**activations, **self.inner_products(maps)}

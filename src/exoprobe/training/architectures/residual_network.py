"""A small residual network (He et al. 2016) of seven convolutional layers, for 28×28 images.

conv1 16@5×5 → max-pool 2 → block1 16 at 14×14 → block2 32 at 7×7 → block3 64 at 4×4 → ip1 500 → ip2. A block is
two 3×3 convolutions and a shortcut, 1×1 where the size changes. There is no batch normalization: the last
convolution of a block starts at zero, so that a block starts as its shortcut (Zhang et al. 2019, Fixup).
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exoprobe.training.architectures.network import Network, fill_for_relu

SETTINGS: dict[str, str] = {}
LAYERS = ("conv1", "pool1", "block1", "block2", "block3")

WIDTHS = (16, 32, 64)


class ResidualNetwork(Network):
    """Three residual blocks.

    Args:
        classes: outputs of ip2; 0 leaves ip2 away.
        generator: source of the initial weights.
    """

    layers = LAYERS

    def __init__(self, classes: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, WIDTHS[0], 5, padding=2)
        self.block1 = Block(WIDTHS[0], WIDTHS[0], stride=1)
        self.block2 = Block(WIDTHS[0], WIDTHS[1], stride=2)
        self.block3 = Block(WIDTHS[1], WIDTHS[2], stride=2)
        self.end_with_inner_products(WIDTHS[2] * 4 * 4, classes)
        fill_for_relu(self, generator)
        for block in (self.block1, self.block2, self.block3):
            nn.init.zeros_(block.second.weight)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Compute every layer's activations of uint8 [N, 1, 28, 28].

        Returns:
            ``conv1`` [N, 16, 28, 28] after its ReLU, ``pool1`` [N, 16, 14, 14], ``block1`` [N, 16, 14, 14],
            ``block2`` [N, 32, 7, 7], ``block3`` [N, 64, 4, 4], ``ip1`` [N, 500] after its ReLU and, unless
            truncated, ``ip2`` [N, classes], the logits.
        """
        conv1 = F.relu(self.conv1(self.scaled(images)))
        pool1 = F.max_pool2d(conv1, 2)
        block1 = self.block1(pool1)
        block2 = self.block2(block1)
        block3 = self.block3(block2)
        maps = {"conv1": conv1, "pool1": pool1, "block1": block1, "block2": block2, "block3": block3}
        return {**maps, **self.inner_products(block3)}


class Block(nn.Module):
    """Two 3×3 convolutions and a shortcut.

    Args:
        channels: of the input.
        width: channels of the output.
        stride: of the first convolution.
    """

    def __init__(self, channels: int, width: int, stride: int) -> None:
        super().__init__()
        self.first = nn.Conv2d(channels, width, 3, stride=stride, padding=1)
        self.second = nn.Conv2d(width, width, 3, padding=1)
        self.shortcut = nn.Conv2d(channels, width, 1, stride=stride) if stride > 1 else nn.Identity()

    def forward(self, maps: Tensor) -> Tensor:
        """Map [N, channels, height, width] to [N, width, height / stride, width / stride], after a ReLU."""
        return F.relu(self.shortcut(maps) + self.second(F.relu(self.first(maps))))

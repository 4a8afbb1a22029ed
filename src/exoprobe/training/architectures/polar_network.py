"""A network that a rotation cannot reach: the structural answer to the paper's question.

The image is resampled to polar coordinates about its center, where a rotation is a shift along the circular axis of
the angle (polar transformer networks, Esteves et al. 2018; CyCNN, Kim et al. 2020). Convolutions are circular along
that axis, so their maps shift too, and the maximum over it, ``pool2``, stays as it was. A rotation by 360° / 48 · 2
= 15° moves every map by whole steps; what a rotation still changes is what resampling the image did to its pixels.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exoprobe.training.architectures.network import Network, fill_for_relu

SETTINGS: dict[str, str] = {}
LAYERS = ("conv1", "pool1", "conv2", "conv3", "pool2")

ANGLES, RADII = 48, 14  # of the polar image
WIDTHS = (20, 50, 100)  # channels


class PolarNetwork(Network):
    """Circular convolutions on a polar image, and a maximum over the angle.

    Args:
        classes: outputs of ip2; 0 leaves ip2 away.
        generator: source of the initial weights.
    """

    layers = LAYERS
    grid: Tensor

    def __init__(self, classes: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, WIDTHS[0], 5)
        self.conv2 = nn.Conv2d(WIDTHS[0], WIDTHS[1], 5)
        self.conv3 = nn.Conv2d(WIDTHS[1], WIDTHS[2], (1, 9))
        self.end_with_inner_products(WIDTHS[2], classes)
        self.register_buffer("grid", polar_grid(), persistent=False)
        fill_for_relu(self, generator)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Compute every layer's activations of uint8 [N, 1, 28, 28].

        Returns:
            ``conv1`` [N, 20, 10, 48] (radius, angle), ``pool1`` [N, 20, 5, 24], ``conv2`` [N, 50, 1, 24],
            ``conv3`` [N, 100, 1, 24], convolutions after their ReLUs, ``pool2`` [N, 100], ``ip1`` [N, 500]
            after its ReLU and, unless truncated, ``ip2`` [N, classes], the logits.
        """
        conv1 = F.relu(self.conv1(around(to_polar(self.scaled(images), self.grid), 2)))
        pool1 = F.max_pool2d(conv1, 2)
        conv2 = F.relu(self.conv2(around(pool1, 2)))
        conv3 = F.relu(self.conv3(around(conv2, 4)))
        pool2 = conv3.amax((2, 3))
        maps = {"conv1": conv1, "pool1": pool1, "conv2": conv2, "conv3": conv3, "pool2": pool2}
        return {**maps, **self.inner_products(pool2)}


def polar_grid() -> Tensor:
    """Return where to sample, [1, radii, angles, 2] as ``grid_sample`` takes it: x and y from −1 to 1.

    Rows are radii from the center to the middle of the image's edge, columns angles around the circle.
    """
    angle = torch.arange(ANGLES) * (2 * math.pi / ANGLES)
    radius = (torch.arange(RADII)[:, None] + 0.5) / RADII
    return torch.stack([radius * angle.cos(), radius * angle.sin()], dim=-1)[None]


def to_polar(images: Tensor, grid: Tensor) -> Tensor:
    """Resample images [N, 1, height, width] bilinearly to [N, 1, radii, angles]."""
    grid = grid.to(images.dtype).expand(len(images), -1, -1, -1)
    return F.grid_sample(images, grid, align_corners=False).contiguous(memory_format=torch.channels_last)


def around(maps: Tensor, reach: int) -> Tensor:
    """Pad maps [N, C, radii, angles] by so many angles from the other end of the circle."""
    return F.pad(maps, (reach, reach, 0, 0), mode="circular")

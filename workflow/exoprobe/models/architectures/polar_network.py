"""A network that a rotation cannot reach: the structural answer to the paper's question.

The image is resampled to polar coordinates about its center, where a rotation is a shift along the circular axis of
the angle (polar transformer networks, Esteves et al. 2018; CyCNN, Kim et al. 2020). Convolutions are circular along
that axis, so their maps shift too, and the maximum over it, ``pool3``, stays as it was. A rotation by 360° / 96 · 4
= 15° moves every map by whole steps; what a rotation still changes is what resampling the image did to its pixels.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exoprobe.models.architectures.network import Network, fill_for_relu

ANGLES, RADII = 96, 14  # of the polar image
WIDTHS = (20, 50, 100)  # channels


class PolarNetwork(Network):
    """Circular convolutions on a polar image, and a maximum over the angle.

    Args:
        classes: outputs of ip2; 0 leaves ip2 away.
        generator: source of the initial weights.
    """

    layers = ("conv1", "pool1", "conv2", "pool2", "conv3", "pool3")

    def __init__(self, classes: int, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, WIDTHS[0], 5)
        self.conv2 = nn.Conv2d(WIDTHS[0], WIDTHS[1], 5)
        self.conv3 = nn.Conv2d(WIDTHS[1], WIDTHS[2], (9, 1))
        self.end_with_inner_products(WIDTHS[2], classes)
        self.register_buffer("grid", polar_grid(), persistent=False)
        fill_for_relu(self, generator)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Compute every layer's activations of uint8 [N, 1, 28, 28].

        Returns:
            ``conv1`` [N, 20, 96, 10] (angle, radius), ``pool1`` [N, 20, 48, 5], ``conv2`` [N, 50, 48, 1],
            ``pool2`` [N, 50, 24, 1], ``conv3`` [N, 100, 24, 1], convolutions after their ReLUs, ``pool3``
            [N, 100], ``ip1`` [N, 500] after its ReLU and, unless truncated, ``ip2`` [N, classes], the logits.
        """
        conv1 = F.relu(self.conv1(around(to_polar(self.scaled(images), self.grid), 2)))
        pool1 = F.max_pool2d(conv1, 2)
        conv2 = F.relu(self.conv2(around(pool1, 2)))
        pool2 = F.max_pool2d(conv2, (2, 1))
        conv3 = F.relu(self.conv3(around(pool2, 4)))
        pool3 = conv3.amax((2, 3))
        maps = {"conv1": conv1, "pool1": pool1, "conv2": conv2, "pool2": pool2, "conv3": conv3, "pool3": pool3}
        return {**maps, **self.inner_products(pool3)}


def polar_grid() -> Tensor:
    """Return where to sample, [1, angles, radii, 2] as ``grid_sample`` takes it: x and y from −1 to 1.

    Rows are angles around the circle, columns radii from the center to the middle of the image's edge.
    """
    angle = torch.arange(ANGLES) * (2 * math.pi / ANGLES)
    radius = (torch.arange(RADII) + 0.5) / RADII
    return torch.stack([angle.cos()[:, None] * radius, angle.sin()[:, None] * radius], dim=-1)[None]


def to_polar(images: Tensor, grid: Tensor) -> Tensor:
    """Resample images [N, 1, height, width] bilinearly to [N, 1, angles, radii]."""
    grid = grid.to(images.dtype).expand(len(images), -1, -1, -1)
    return F.grid_sample(images, grid, align_corners=False).contiguous(memory_format=torch.channels_last)


def around(maps: Tensor, reach: int) -> Tensor:
    """Pad maps [N, C, angles, radii] by so many angles from the other end of the circle."""
    return F.pad(maps, (0, 0, reach, reach), mode="circular")

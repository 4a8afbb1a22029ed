"""Perturbations of digits with known values: what one does to an image, and what its value means.

Every perturbation takes a value per image; torchvision's functions take one for a whole batch. Where torchvision
has the perturbation, ours gives its picture (the tests compare them).
To add one, write a function and enter it in :data:`PERTURBATIONS`.
"""

from collections.abc import Callable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Generator, Tensor

WHITE = 255.0
OCCLUSION_GRAY = 128.0  # neither paper nor ink, so that a square is visible everywhere
LEAST_SIGMA = 1e-2  # pixels; nothing reaches the next pixel


@dataclass(frozen=True)
class Perturbation:
    """One perturbation.

    Attributes:
        title: its name in figures.
        unit: of its values; empty where they are ratios.
        neutral: the value at which an image stays as it is.
        limits: the lowest and the highest value that make sense.
        change: takes images as float32 [N, height, width] from 0 to 255, values [N] and a generator; returns images
            of the same shape, of any range.
    """

    title: str
    unit: str
    neutral: float
    limits: tuple[float, float]
    change: Callable[[Tensor, Tensor, Generator], Tensor]

    def apply(self, images: Tensor, values: Tensor, generator: Generator) -> Tensor:
        """Perturb each image by its value.

        Args:
            images: uint8 [N, height, width].
            values: float32 [N].
            generator: of what is random at a given value (noise, the position of an occlusion).

        Returns:
            uint8 [N, height, width], rounded and cut to 0 … 255.
        """
        changed = self.change(images.float(), values, generator)
        return changed.round().clamp(0, WHITE).to(torch.uint8)


def scale(images: Tensor, values: Tensor, generator: Generator) -> Tensor:
    """Enlarge about the center by a factor."""
    zero = torch.zeros_like(values)
    return _resample(images, [1 / values, zero, zero], [zero, 1 / values, zero])


def shear(images: Tensor, values: Tensor, generator: Generator) -> Tensor:
    """Slant by degrees, the top to the right, as italics are."""
    zero, unit = torch.zeros_like(values), torch.ones_like(values)
    return _resample(images, [unit, torch.tan(values.deg2rad()), zero], [zero, unit, zero])


def translation(images: Tensor, values: Tensor, generator: Generator) -> Tensor:
    """Move to the right by pixels."""
    zero, unit = torch.zeros_like(values), torch.ones_like(values)
    return _resample(images, [unit, zero, -2 * values / images.shape[-1]], [zero, unit, zero])


def rotation(images: Tensor, values: Tensor, generator: Generator) -> Tensor:
    """Turn about the center by degrees, counterclockwise."""
    radians, zero = values.deg2rad(), torch.zeros_like(values)
    cos, sin = torch.cos(radians), torch.sin(radians)
    return _resample(images, [cos, -sin, zero], [sin, cos, zero])


def stroke_width(images: Tensor, values: Tensor, generator: Generator) -> Tensor:
    """Widen bright strokes by pixels, or thin them where negative: grayscale dilation and erosion.

    A step of a 3 × 3 maximum (of the negative, to thin) is two pixels; between steps, both are mixed.
    """
    thinned = (values < 0)[:, None, None]
    steps = values.abs()[:, None, None] / 2
    widest = torch.where(thinned, WHITE - images, images)
    mixed = torch.zeros_like(images)
    for step in range(int(steps.max().ceil()) + 1):
        mixed += (1 - (steps - step).abs()).clamp_min(0) * widest
        widest = F.max_pool2d(widest, kernel_size=3, stride=1, padding=1)
    return torch.where(thinned, WHITE - mixed, mixed)


def blur(images: Tensor, values: Tensor, generator: Generator) -> Tensor:
    """Blur by a Gaussian of this standard deviation in pixels; what lies outside the image does not count."""
    columns = torch.arange(images.shape[-1], dtype=torch.float32)
    squares = (columns[:, None] - columns) ** 2
    sigma = values.clamp_min(LEAST_SIGMA)[:, None, None]
    kernel = torch.softmax(-squares / (2 * sigma**2), dim=-1)
    return kernel @ images @ kernel.transpose(1, 2)


def contrast(images: Tensor, values: Tensor, generator: Generator) -> Tensor:
    """Multiply the distance of every pixel to the image's mean gray by a factor."""
    mean = images.mean((1, 2), keepdim=True)
    return mean + values[:, None, None] * (images - mean)


def occlusion(images: Tensor, values: Tensor, generator: Generator) -> Tensor:
    """Cover a square with this side in pixels by gray, anywhere in the image, all of it inside."""
    sizes = torch.tensor(images.shape[1:])
    starts = torch.rand((len(images), 2), generator=generator) * (sizes - values[:, None])
    rows, columns = (_covered(start, values, size) for start, size in zip(starts.T, images.shape[1:], strict=True))
    covered = rows[:, :, None] * columns[:, None, :]
    return images + covered * (OCCLUSION_GRAY - images)


def noise(images: Tensor, values: Tensor, generator: Generator) -> Tensor:
    """Add Gaussian noise of this standard deviation in gray levels, independently per pixel."""
    return images + values[:, None, None] * torch.randn(images.shape, generator=generator)


# Several are applied in this order: what becomes of the digit, then what becomes of its picture.
PERTURBATIONS = {
    "scale": Perturbation("scale", "", 1, (0.1, 10), scale),
    "shear": Perturbation("shear", "°", 0, (-80, 80), shear),
    "translation": Perturbation("translation", "px", 0, (-28, 28), translation),
    "rotation": Perturbation("rotation", "°", 0, (-180, 180), rotation),
    "stroke_width": Perturbation("stroke width", "px", 0, (-10, 10), stroke_width),
    "blur": Perturbation("blur", "px", 0, (0, 28), blur),
    "contrast": Perturbation("contrast", "", 1, (0, 10), contrast),
    "occlusion": Perturbation("occlusion", "px", 0, (0, 28), occlusion),
    "noise": Perturbation("noise", "gray levels", 0, (0, 255), noise),
}


def _resample(images: Tensor, across: list[Tensor], down: list[Tensor]) -> Tensor:
    """Take each pixel of the result from a position in the image, bilinearly, black outside.

    Args:
        images: float32 [N, height, width].
        across: where from, horizontally: factors [N] of the result's x and y and an offset, in coordinates from −1
            (left, top) to 1 (right, bottom).
        down: likewise vertically.
    """
    matrices = torch.stack([torch.stack(across, -1), torch.stack(down, -1)], 1)
    grid = F.affine_grid(matrices, [len(images), 1, *images.shape[1:]], align_corners=False)
    return F.grid_sample(images[:, None], grid, align_corners=False)[:, 0]


def _covered(start: Tensor, length: Tensor, size: int) -> Tensor:
    """Return the share of each of ``size`` pixels that lies between start and start + length: [N, size]."""
    pixels = torch.arange(size)
    end = (start + length)[:, None]
    return (torch.minimum(end, pixels + 1) - torch.maximum(start[:, None], pixels)).clamp(0, 1)

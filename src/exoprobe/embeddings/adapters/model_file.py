"""What networks in ONNX and in TorchScript files share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from exoprobe.errors import ExoprobeError

OUTPUT = "output"  # the layer of a file for which no tensors are named
WHITE = 255


def refused(path: str | Path, shape: Sequence[int], reason: str) -> ExoprobeError:
    """Return the error for an image shape that a network refuses, with the setting it depends on."""
    return ExoprobeError(f"{path} does not take images {list(shape)}; size is {shape[-1]} ({reason})")


def normalized(images: Tensor, settings: dict[str, Any]) -> Tensor:
    """Return the input that the settings ask for.

    Args:
        images: uint8 [N, channels, height, width].
        settings: ``mean`` and ``scale``, numbers or one per channel; without them pixels go from 0 to 1.

    Returns:
        (pixel − mean) · scale, float32, of the images' shape.
    """
    mean, scale = (_per_channel(value, images.device) for value in normalization(settings))
    return (images.float() - mean) * scale


def normalization(settings: dict[str, Any]) -> tuple[float | Sequence[float], float | Sequence[float]]:
    """Return ``mean`` and ``scale`` of the settings, or what takes pixels to 0 … 1."""
    mean, scale = settings.get("mean"), settings.get("scale")
    return 0 if mean is None else mean, 1 / WHITE if scale is None else scale


def described(settings: dict[str, Any]) -> str:
    """Return how pixels become the input, as text."""
    mean, scale = (
        ", ".join(f"{number:.4g}" for number in (value if isinstance(value, Sequence) else [value]))
        for value in normalization(settings)
    )
    return f"its input is (pixel − {mean}) · {scale}"


def _per_channel(value: float | Sequence[float], device: torch.device) -> Tensor:
    return torch.tensor(value, dtype=torch.float32, device=device).reshape(-1, 1, 1)

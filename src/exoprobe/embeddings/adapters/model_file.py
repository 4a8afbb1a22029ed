"""What networks in ONNX and in TorchScript files share."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch import Tensor

from exoprobe.errors import ExoprobeError


def refused(path: str | Path, shape: Sequence[int], reason: str) -> ExoprobeError:
    """Say what a network was given, and what that depends on."""
    size = f"size is {shape[-1]}, and it has to take any number of images"
    return ExoprobeError(f"{path} does not take images {list(shape)}; {size} ({reason})")


def normalized(images: Tensor, settings: dict[str, Any]) -> Tensor:
    """Return the input that the settings ask for."""
    return (images.float() - settings["mean"]) * settings["scale"]

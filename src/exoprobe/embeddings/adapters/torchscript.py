"""Any network in a TorchScript file."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from exoprobe.embeddings.adapters.adapter import Adapter, require_weights
from exoprobe.embeddings.adapters.model_file import OUTPUT, described, normalized, refused
from exoprobe.embeddings.crops import Crop
from exoprobe.errors import ExoprobeError

SETTINGS = {
    "weights": "needed",
    "size": "optional",
    "align": "optional",
    "mean": "optional",
    "scale": "optional",
    "tensors": "optional",
}
LAYERS = ("output",)  # where the configuration names no tensors
SIZE = 224  # where none is named; a TorchScript file does not state it


def build(weights: str | Path, settings: dict[str, Any], seed: int | None = None) -> Adapter:
    """Return the adapter of a TorchScript file that returns a tensor, or a dict of tensors by name.

    Args:
        weights: the file.
        settings: as in :mod:`exoprobe.embeddings.adapters.onnx`; ``size`` is 224 if it is not named. For a network
            that returns a single tensor, ``tensors`` names just that one, whatever the name on its right.
        seed: nothing is drawn.

    Raises:
        ExoprobeError: where the file is missing or not TorchScript, or a tensor is not returned.
    """
    path, tensors = require_weights(weights, "a TorchScript file"), settings.get("tensors")
    layers = tuple(tensors or (OUTPUT,))
    try:
        network = torch.jit.load(str(path), map_location="cpu").eval()
    except RuntimeError as error:
        raise ExoprobeError(f"{path} is not a TorchScript file ({str(error).splitlines()[0]})") from error

    def forward(images: Tensor) -> dict[str, Tensor]:
        inputs = normalized(images, settings)
        try:
            outputs = network.to(images.device)(inputs)
        except RuntimeError as error:
            raise refused(path, inputs.shape, str(error).strip().splitlines()[-1]) from error
        if not isinstance(outputs, Tensor | dict):
            raise ExoprobeError(f"{path} returns a {type(outputs).__name__}; it must be a tensor, or a dict of them")
        if isinstance(outputs, Tensor):
            if len(layers) > 1:
                raise ExoprobeError(f"{path} returns a single tensor; it cannot be {', '.join(layers)}")
            return dict.fromkeys(layers, outputs)
        names = tensors or {OUTPUT: next(iter(outputs))}
        if lacking := [name for name in names.values() if name not in outputs]:
            raise ExoprobeError(f"{path} returns {', '.join(outputs)}; there is no {lacking[0]}")
        return {layer: outputs[name] for layer, name in names.items()}

    crop = Crop(settings.get("size") or SIZE, settings.get("align") or "image")
    return Adapter(crop, layers, forward, described(settings))

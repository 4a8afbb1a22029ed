"""Any network in a TorchScript file."""

from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from exoprobe.embeddings.adapters.adapter import Adapter, require_weights
from exoprobe.embeddings.adapters.model_file import normalized, refused
from exoprobe.embeddings.crops import Crop
from exoprobe.errors import ExoprobeError

SETTINGS = {
    "weights": "needed",
    "size": "needed",
    "align": "needed",
    "mean": "needed",
    "scale": "needed",
    "tensors": "needed",
}
LAYERS = ()  # as the configuration names them


def build(weights: str | Path, settings: dict[str, Any], seed: int | None = None) -> Adapter:
    """Return the adapter of a TorchScript file that returns a tensor, or a dict of tensors by name.

    Args:
        weights: the file.
        settings: as in :mod:`exoprobe.embeddings.adapters.onnx`; for a network that returns a single tensor,
            ``tensors`` names just that one, whatever the name on its right.
        seed: nothing is drawn.

    Raises:
        ExoprobeError: where the file is missing or not TorchScript, or a tensor is not returned.
    """
    path = require_weights(weights, "a TorchScript file")
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
            if len(settings["tensors"]) > 1:
                raise ExoprobeError(f"{path} returns a single tensor; it cannot be {', '.join(settings['tensors'])}")
            return dict.fromkeys(settings["tensors"], outputs)
        if lacking := [name for name in settings["tensors"].values() if name not in outputs]:
            raise ExoprobeError(f"{path} returns {', '.join(outputs)}; there is no {lacking[0]}")
        return {layer: outputs[name] for layer, name in settings["tensors"].items()}

    return Adapter(Crop(settings["size"], settings["align"]), tuple(settings["tensors"]), forward)

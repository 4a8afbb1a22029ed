"""Any network in an ONNX file."""

from pathlib import Path
from typing import Any

import numpy as np
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
    """Return the adapter of an ONNX file, run by onnxruntime.

    Args:
        weights: the file.
        settings: ``size``, ``align`` (see :class:`exoprobe.embeddings.crops.Crop`), ``mean``, ``scale`` and
            ``tensors``: the name that each layer has here → the tensor's name in the file.
        seed: nothing is drawn.

    Raises:
        ExoprobeError: where the file is missing or not ONNX, or a tensor is not in it.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    model = _with_outputs(require_weights(weights, "an ONNX file"), list(settings["tensors"].values()))
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        entry = session.get_inputs()[0].name
    except Exception as error:  # onnxruntime's own, and an IndexError where there is no input
        raise ExoprobeError(f"{weights} cannot be run by onnxruntime ({error})") from error

    def forward(images: Tensor) -> dict[str, Tensor]:
        inputs = normalized(images.cpu(), settings).numpy()
        try:
            outputs = session.run(list(settings["tensors"].values()), {entry: inputs})
        except Exception as error:  # onnxruntime's own
            raise refused(weights, inputs.shape, str(error)) from error
        return {
            layer: torch.from_numpy(np.asarray(out)) for layer, out in zip(settings["tensors"], outputs, strict=True)
        }

    return Adapter(Crop(settings["size"], settings["align"]), tuple(settings["tensors"]), forward)


def _with_outputs(path: Path, tensors: list[str]) -> bytes:
    """Return the model with these tensors, inner ones too, among its outputs."""
    import onnx

    try:
        model = onnx.load(str(path))
    except Exception as error:  # protobuf's own, which it does not export
        raise ExoprobeError(f"{path} is not an ONNX file ({error})") from error
    if not model.graph.node:  # an empty file is an empty message
        raise ExoprobeError(f"{path} is not an ONNX file (it has no nodes)")
    known = {name for node in model.graph.node for name in node.output}
    if lacking := [name for name in tensors if name not in known]:
        raise ExoprobeError(f"{path} has no tensor {lacking[0]}; the last ones are {', '.join(sorted(known)[-5:])}")
    stated = {output.name for output in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in tensors if name not in stated)
    return model.SerializeToString()

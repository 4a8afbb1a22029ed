"""Any network in an ONNX or a TorchScript file."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from exoprobe.embeddings.adapters.adapter import Adapter, require_weights
from exoprobe.embeddings.crops import Crop
from exoprobe.errors import ExoprobeError


def onnx_file(weights: str | Path, settings: dict[str, Any]) -> Adapter:
    """Return the adapter of an ONNX file, run by onnxruntime.

    Args:
        weights: the file.
        settings: ``size``, ``align`` (see :class:`exoprobe.embeddings.crops.Crop`), ``mean``, ``scale`` and
            ``tensors``: the name that each layer has here → the tensor's name in the file.

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
        inputs = _normalized(images.cpu(), settings).numpy()
        try:
            outputs = session.run(list(settings["tensors"].values()), {entry: inputs})
        except Exception as error:  # onnxruntime's own
            raise _refused(weights, inputs.shape, str(error)) from error
        return {
            layer: torch.from_numpy(np.asarray(out)) for layer, out in zip(settings["tensors"], outputs, strict=True)
        }

    return Adapter(Crop(settings["size"], settings["align"]), tuple(settings["tensors"]), forward)


def torchscript_file(weights: str | Path, settings: dict[str, Any]) -> Adapter:
    """Return the adapter of a TorchScript file that returns a tensor, or a dict of tensors by name.

    Args:
        weights: the file.
        settings: as in :func:`onnx_file`; for a network that returns a single tensor, ``tensors`` names just
            that one, whatever the name on its right.

    Raises:
        ExoprobeError: where the file is missing or not TorchScript, or a tensor is not returned.
    """
    path = require_weights(weights, "a TorchScript file")
    try:
        network = torch.jit.load(str(path), map_location="cpu").eval()
    except RuntimeError as error:
        raise ExoprobeError(f"{path} is not a TorchScript file ({str(error).splitlines()[0]})") from error

    def forward(images: Tensor) -> dict[str, Tensor]:
        inputs = _normalized(images, settings)
        try:
            outputs = network.to(images.device)(inputs)
        except RuntimeError as error:
            raise _refused(path, inputs.shape, str(error).strip().splitlines()[-1]) from error
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


def _refused(path: str | Path, shape: Sequence[int], reason: str) -> ExoprobeError:
    """Say what a network was given, and what that depends on."""
    size = f"size is {shape[-1]}, and it has to take any number of images"
    return ExoprobeError(f"{path} does not take images {list(shape)}; {size} ({reason})")


def _normalized(images: Tensor, settings: dict[str, Any]) -> Tensor:
    return (images.float() - settings["mean"]) * settings["scale"]


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

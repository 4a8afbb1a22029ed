"""FaceNet's Inception-ResNet v1 as ``facenet-pytorch`` ships it (VGGFace2 or CASIA-WebFace weights).

A 160×160 crop → 1792-d ``penultimate`` (global average pool) → 512-d metric-learned ``embedding``, unit length.
"""

import pickle
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from exoprobe.embeddings.adapters.adapter import Adapter, require_weights
from exoprobe.embeddings.crops import Crop
from exoprobe.errors import ExoprobeError

SETTINGS = {"weights": "needed"}
LAYERS = ("penultimate", "embedding")
WEIGHTS = "20180402-114759-vggface2.pt (from the releases of facenet-pytorch)"


class FaceNet(nn.Module):
    """The network with both representations.

    Args:
        inception: ``facenet_pytorch.InceptionResnetV1``.
    """

    def __init__(self, inception: nn.Module) -> None:
        super().__init__()
        self.inception = inception

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Map uint8 RGB [N, 3, 160, 160] to ``penultimate`` [N, 1792] and ``embedding`` [N, 512]."""
        pooled: list[Tensor] = []
        pooling = self.inception.get_submodule("avgpool_1a")
        hook = pooling.register_forward_hook(lambda *seen: pooled.append(seen[2].flatten(1)))
        embedding = self.inception((images.float() - 127.5) / 128)
        hook.remove()
        return {"penultimate": pooled[0], "embedding": embedding}


def build(weights: str | Path, settings: dict[str, Any] | None = None, seed: int | None = None) -> Adapter:
    """Return the adapter, with weights from a file of facenet-pytorch's.

    Raises:
        ExoprobeError: where the package or the file is missing, or the file does not fit.
    """
    try:
        from facenet_pytorch import InceptionResnetV1
    except ImportError as error:
        raise ExoprobeError(
            "the network facenet needs facenet-pytorch: .venv/bin/pip install --no-deps facenet-pytorch"
        ) from error
    path, network = require_weights(weights, WEIGHTS), InceptionResnetV1(pretrained=None)
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
        network.load_state_dict({name: value for name, value in state.items() if not name.startswith("logits")})
    except (RuntimeError, AttributeError, EOFError, pickle.UnpicklingError) as error:
        raise ExoprobeError(f"{weights} does not fit InceptionResnetV1 ({error}). Fetch {WEIGHTS}") from error
    return Adapter(Crop(160, "box", margin=0.1), LAYERS, FaceNet(network).eval())

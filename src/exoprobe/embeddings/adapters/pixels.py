"""Raw pixels: the control for what needs no network."""

from typing import Any

from torch import Tensor

from exoprobe.embeddings.adapters.adapter import Adapter
from exoprobe.embeddings.crops import Crop

SETTINGS = {"align": "needed"}
LAYERS = ("pixels",)
SIZE = 24


def build(weights: None, settings: dict[str, Any], seed: int | None = None) -> Adapter:
    """Return the adapter whose only layer, ``pixels``, is a gray 24×24 picture, 576-d, from 0 to 1.

    Args:
        weights: there are none.
        settings: ``align``: ``image``, the whole picture; or how the face is cut out, see
            :class:`exoprobe.embeddings.crops.Crop`.
        seed: nothing is drawn.
    """

    def forward(images: Tensor) -> dict[str, Tensor]:
        return {"pixels": images.float() / 255}

    return Adapter(Crop(SIZE, settings["align"], gray=True), LAYERS, forward)

"""Raw pixels: the control for what needs no network."""

from torch import Tensor

from exoprobe.embeddings.adapters.adapter import Adapter
from exoprobe.embeddings.crops import Crop

SIZE = 24


def pixels(align: str) -> Adapter:
    """Return the adapter whose only layer, ``pixels``, is a gray 24×24 picture, 576-d, from 0 to 1.

    Args:
        align: ``image``, the whole picture; or how the face is cut out, see :class:`exoprobe.embeddings.crops.Crop`.
    """

    def forward(images: Tensor) -> dict[str, Tensor]:
        return {"pixels": images.float() / 255}

    return Adapter(Crop(SIZE, align, gray=True), ("pixels",), forward)

"""Raw pixels of the aligned face: the control for what needs no network."""

from torch import Tensor

from exoprobe.features.crops import Crop
from exoprobe.networks.adapter import Adapter

SIZE = 32


def pixels() -> Adapter:
    """Return the adapter whose only layer is the gray 32×32 crop, 1024-d, from 0 to 1."""

    def forward(images: Tensor) -> dict[str, Tensor]:
        return {"pixels": images.float() / 255}

    return Adapter(Crop(SIZE, template="dlib", gray=True), ("pixels",), forward)

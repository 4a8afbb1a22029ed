"""The interface of a network to the extraction of features."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor, nn

from exoprobe.embeddings.crops import Crop
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import digest_of_file


@dataclass(frozen=True)
class Adapter:
    """A network and its input.

    Attributes:
        crop: how faces are cut out for it.
        layers: the names of the representations that it gives.
        network: maps uint8 crops [N, 3, size, size] to [N, …] per layer; normalization included.
        values: how pixels become its input, for readers; empty where that is the network's own.
    """

    crop: Crop
    layers: tuple[str, ...]
    network: nn.Module | Callable[[Tensor], dict[str, Tensor]]
    values: str = ""


def require_weights(path: str | Path, what: str, sha256: str | None = None) -> Path:
    """Return the path of a weights file after checking that it is there and is the right one.

    Args:
        path: where it should be.
        what: what to fetch, and from where, for the error.
        sha256: of the right file, None where any will do.

    Raises:
        ExoprobeError: where it is missing or another file, with what to fetch and where to put it.
    """
    path = Path(path)
    if not path.is_file():
        raise ExoprobeError(f"{path} is missing. Fetch {what} and put it there, or set the network's weights")
    if sha256 is not None and (actual := digest_of_file(path)) != sha256:
        raise ExoprobeError(f"{path} is another file (SHA-256 {actual}, expected {sha256}). Fetch {what}")
    return path

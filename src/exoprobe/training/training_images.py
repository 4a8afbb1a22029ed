"""Training images in memory, batches of them, and partners for pairs."""

from collections.abc import Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

from exoprobe.errors import ExoprobeError


@dataclass(frozen=True)
class TrainingImages:
    """Images held as bytes, so that a whole split fits in memory and a batch is one gather.

    Attributes:
        images: uint8 [N, channels, height, width], or float32 [N, D]: features that another network computed.
        labels: int64 [N], or bool [N, A] where there are several attributes.
        groups: int64 [N], the source digit or the identity.
        factors: float32 [N, F], the nuisances that an adversary may see, if there are any.
    """

    images: Tensor
    labels: Tensor
    groups: Tensor
    factors: Tensor | None = None

    def __len__(self) -> int:
        """Return the number of images."""
        return len(self.labels)

    def required_factors(self) -> Tensor:
        """Return the factors; refuse images without."""
        if self.factors is None:
            raise ExoprobeError("these training images have no factors for an adversary to predict")
        return self.factors


def endless_batches(size: int, batch_size: int, generator: torch.Generator) -> Iterator[Tensor]:
    """Yield batches of row numbers for ever; each pass is a new permutation, its short last batch left out."""
    batch_size = min(batch_size, size)
    while True:
        order = torch.randperm(size, generator=generator)
        yield from order[: size - size % batch_size].split(batch_size)


class Partners:
    """Draws, for a row, another row of the same key at random.

    Args:
        keys: int64 [N], on the CPU; rows with the same key are each other's partners.
    """

    def __init__(self, keys: Tensor) -> None:
        _, index, counts = torch.unique(keys, return_inverse=True, return_counts=True)
        self.order = torch.argsort(index, stable=True)
        self.rank = torch.argsort(self.order)
        self.count = counts[index]
        self.start = (counts.cumsum(0) - counts)[index]

    def draw(self, rows: Tensor, generator: torch.Generator) -> Tensor:
        """Return a partner for each of the rows, uniform over the others of its key.

        A row that is alone with its key is its own partner.
        """
        start, count = self.start[rows], self.count[rows]
        # A step of 1 … count - 1 around the key's rows reaches each of the others exactly once.
        fraction = torch.rand(len(rows), generator=generator, dtype=torch.float64)
        step = (1 + (fraction * (count - 1)).long()) % count
        return self.order[start + (self.rank[rows] - start + step) % count]

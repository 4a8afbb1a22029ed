"""A matrix of features as blocks of rows, so that what passes over it need not hold it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from exoprobe.features.feature_file import iterate_features, read_info

BLOCK = 4_096  # rows; the result of a pass depends on it by rounding alone
ROUNDING = 1e-6  # of a feature's mean: what varies less than this is float32's rounding, not the feature


class Blocks(Protocol):
    """A matrix that can be passed over again and again.

    Attributes:
        shape: rows and columns, (N, D).
        dtype: of the stored values.
    """

    shape: tuple[int, int]
    dtype: torch.dtype

    def blocks(self, dtype: torch.dtype = torch.float32) -> Iterator[Tensor]:
        """Yield the rows in order, [BLOCK, D] each but the last."""
        ...


class ArrayBlocks:
    """Blocks of an array in memory (or mapped into it).

    Args:
        array: [N, D], floating point.
    """

    def __init__(self, array: np.ndarray) -> None:
        self.array = array
        self.shape = array.shape
        self.dtype = torch.from_numpy(np.empty(0, array.dtype)).dtype

    def blocks(self, dtype: torch.dtype = torch.float32) -> Iterator[Tensor]:
        """Yield the rows in order, [BLOCK, D] each but the last."""
        for start in range(0, len(self.array), BLOCK):
            yield _tensor(self.array[start : start + BLOCK], dtype)


class FileBlocks:
    """Blocks of a feature file.

    Args:
        path: the feature file.
        rows: bool [rows of the file], which of them; None for all.
        dataset_digest: if given, the dataset that the file must belong to.
    """

    def __init__(self, path: str | Path, rows: np.ndarray | None = None, *, dataset_digest: str | None = None) -> None:
        info = read_info(path)
        self.path, self.rows, self.dataset_digest = path, rows, dataset_digest
        self.shape = (info.rows if rows is None else int(rows.sum()), info.dimension)
        self.dtype = getattr(torch, info.dtype)

    def blocks(self, dtype: torch.dtype = torch.float32) -> Iterator[Tensor]:
        """Yield the rows in order, [BLOCK, D] each but the last.

        Raises:
            ExoprobeError: where the file is damaged, has NaN, or belongs to another dataset.
        """
        pieces, room = [], BLOCK
        for group in iterate_features(self.path, self.rows, dataset_digest=self.dataset_digest):
            for piece in np.split(group, range(room, len(group), BLOCK)):
                pieces.append(piece)
                room -= len(piece)
                if not room:
                    yield _tensor(np.concatenate(pieces), dtype)
                    pieces, room = [], BLOCK
        if room < BLOCK:
            yield _tensor(np.concatenate(pieces), dtype)


def _tensor(block: np.ndarray, dtype: torch.dtype) -> Tensor:
    """Wrap rows; read-only ones are copied, since torch has no read-only tensors."""
    return torch.from_numpy(block if block.flags.writeable else block.copy()).to(dtype)


def gather(source: Blocks) -> np.ndarray:
    """Return all rows as one array, float32 [N, D]."""
    array, start = np.empty(source.shape, np.float32), 0
    for block in source.blocks():
        array[start : start + len(block)] = block.numpy()
        start += len(block)
    return array


@dataclass(frozen=True)
class Scaling:
    """What brings every feature to mean 0 and standard deviation 1; constant ones to 0.

    Attributes:
        mean: float64 [D].
        factor: float64 [D], 1 over the standard deviation, 0 where a feature varies by rounding alone.
    """

    mean: Tensor
    factor: Tensor

    def apply(self, block: Tensor, dtype: torch.dtype) -> Tensor:
        """Scale rows [n, D]; computed in the wider of their type and ``dtype``."""
        wide = torch.promote_types(block.dtype, dtype)
        return ((block.to(wide) - self.mean.to(wide)) * self.factor.to(wide)).to(dtype)


class ScaledBlocks:
    """Blocks after a scaling.

    Args:
        source: the features.
        scaling: fitted on training features.
    """

    def __init__(self, source: Blocks, scaling: Scaling) -> None:
        self.source, self.scaling = source, scaling
        self.shape = source.shape
        self.dtype = torch.promote_types(source.dtype, torch.float32)  # a scaled half would be rounded again

    def blocks(self, dtype: torch.dtype = torch.float32) -> Iterator[Tensor]:
        """Yield the rows in order, [BLOCK, D] each but the last."""
        for block in self.source.blocks(self.dtype):
            yield self.scaling.apply(block, dtype)


def fit_scaling(source: Blocks) -> Scaling:
    """Measure every feature's mean and deviation in one pass, in float64."""
    count, mean = 0, torch.zeros(source.shape[1], dtype=torch.float64)
    squares = torch.zeros_like(mean)
    for block in source.blocks(torch.float64):
        total, shift = count + len(block), block.mean(0) - mean
        squares = squares + (block - block.mean(0)).square().sum(0) + shift.square() * count * len(block) / total
        mean = mean + shift * len(block) / total
        count = total
    deviation = (squares / count).sqrt()
    varies = deviation > ROUNDING * mean.abs()
    return Scaling(mean, torch.where(varies, 1 / deviation, 0.0))

"""The rows that a solver passes over again and again, kept on its device where they fit."""

from collections.abc import Iterator

import torch
from torch import Tensor

from exoprobe.features.blocks import BLOCK, Blocks

CACHE_LINE = 64  # bytes


class CachedDesignMatrix:
    """Features, a constant 1 appended, on a device; copied once per type of number where the memory allows.

    What is not copied is read anew for each pass.

    Args:
        source: the features [N, D].
        device: where the blocks are wanted.
        memory: bytes that copies may take.
        keep: types of number to keep a copy in, the most important first.
    """

    def __init__(self, source: Blocks, device: torch.device, memory: float, keep: tuple[torch.dtype, ...] = ()) -> None:
        self.source, self.device = source, device
        self.rows, self.columns = source.shape[0], source.shape[1] + 1
        self._keep: set[torch.dtype] = set()
        self._copies: dict[torch.dtype, Tensor] = {}
        for dtype in dict.fromkeys(keep):
            size = self.rows * self._stride(dtype) * dtype.itemsize
            if size <= memory:
                self._keep.add(dtype)
                memory -= size

    def blocks(self, dtype: torch.dtype) -> Iterator[tuple[slice, Tensor]]:
        """Yield the blocks in order, each as the rows that it holds and their features [n, D + 1]."""
        if dtype not in self._copies and dtype in self._keep:
            self._copies[dtype] = self._copy(dtype)
        if dtype in self._copies:
            for start in range(0, self.rows, BLOCK):
                rows = slice(start, min(start + BLOCK, self.rows))
                yield rows, self._copies[dtype][rows]
            return
        stop = 0
        for block in self.source.blocks(dtype):
            start, stop = stop, stop + len(block)
            yield slice(start, stop), torch.nn.functional.pad(block.to(self.device), (0, 1), value=1)

    def _copy(self, dtype: torch.dtype) -> Tensor:
        copy = torch.ones(self.rows, self._stride(dtype), dtype=dtype, device=self.device)[:, : self.columns]
        stop = 0
        for block in self.source.blocks(dtype):
            start, stop = stop, stop + len(block)
            copy[start:stop, :-1] = block
        return copy

    def _stride(self, dtype: torch.dtype) -> int:
        """Return the columns of a copy: rows that begin at cache lines are multiplied faster."""
        line = CACHE_LINE // dtype.itemsize
        return -(-self.columns // line) * line

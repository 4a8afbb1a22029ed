"""Features that very many ridge regressions are fitted to: standardized, and of a limited number of directions."""

import numpy as np
import torch

from exoprobe.datasets.folds import Fold
from exoprobe.features.blocks import ArrayBlocks, Blocks
from exoprobe.features.drawn_rows import draw_rows
from exoprobe.probes.probe_data import ProbeData, Representation

MAX_DIRECTIONS = 2_048  # time grows with their cube
MAX_ROWS = 2 * MAX_DIRECTIONS  # of train, that directions are taken from
ROUNDING = 1e-7  # of the largest variance


class LearningFeatures:
    """The features of one fold, standardized on its training rows.

    Of more dimensions than training rows, the directions are taken that these rows span: nothing else is learned from.
    Of more than :data:`MAX_DIRECTIONS`, those are taken in which they vary most.

    Args:
        source: the representation.
        fold: its rows.

    Attributes:
        shape: the number of rows N and of directions.
    """

    def __init__(self, source: Representation, fold: Fold) -> None:
        self._data = ProbeData(source, {"train": fold.train})
        self._projected: np.ndarray | None = None
        self.shape = self._data.stored().shape
        if self.shape[1] > min(MAX_DIRECTIONS, int(fold.train.sum())):
            train = np.flatnonzero(fold.train)
            drawn = np.zeros(len(fold.train), bool)
            drawn[train[draw_rows(source.groups[train], MAX_ROWS)]] = True
            self._projected = self._along(_directions(self._data.array(drawn)))
            self.shape = self._projected.shape

    def blocks(self, rows: np.ndarray) -> Blocks:
        """Return the features of some rows, bool [N]."""
        return self._data.blocks(rows) if self._projected is None else ArrayBlocks(self._projected[rows])

    def _along(self, directions: torch.Tensor) -> np.ndarray:
        """Return all features along directions [D, r]: float32 [N, r]."""
        blocks = self._data.blocks(np.ones(self.shape[0], bool)).blocks(torch.float32)
        return torch.cat([block @ directions for block in blocks]).numpy()


def _directions(features: np.ndarray) -> torch.Tensor:
    """Return the principal directions of features [n, D], at most :data:`MAX_DIRECTIONS`: float32 [D, r]."""
    rows = torch.from_numpy(features - features.mean(0, dtype=np.float64).astype(np.float32))
    wide = rows.shape[1] > len(rows)
    values, vectors = np.linalg.eigh((rows @ rows.T if wide else rows.T @ rows).double().numpy())
    kept = np.flatnonzero(values > ROUNDING * values[-1])[-MAX_DIRECTIONS:]
    scaled = vectors[:, kept] / np.sqrt(values[kept]) if wide else vectors[:, kept]
    directions = torch.from_numpy(np.ascontiguousarray(scaled)).float()
    return rows.T @ directions if wide else directions

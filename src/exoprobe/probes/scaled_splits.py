"""The features of a dataset's splits, each brought to mean 0 and standard deviation 1 on train."""

import copy
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np

from exoprobe.datasets.samples import SPLITS, check_splits, dataset_digest, read_samples
from exoprobe.embeddings.erasure import ErasedBlocks, Eraser
from exoprobe.features.blocks import ArrayBlocks, Blocks, FileBlocks, ScaledBlocks, fit_scaling, gather
from exoprobe.features.drawn_rows import draw_rows

HELD = 1 / 3  # of the memory, for scaled features; where they need more, they are read batch by batch
Features = Callable[[np.ndarray], Blocks]  # of some rows, bool [N]
Rows = dict[str, np.ndarray]  # bool [N] by split


class ScaledSplits:
    """Train, validation and test of one representation.

    Args:
        samples: the dataset, with the splits train, validation and test.
        features: a feature file of it.
        memory_mb: what the process may hold in all, MiB; None for no limit.
        most_tested: test rows; of more, whole groups are drawn at random.
        rows: other splits than those of the samples, bool [N] by their names.

    Attributes:
        groups: [N], the group of each sample.
        rows: bool [N] by split.
        sample_ids: [N].
        labels: [N], codes of the class that the representation is meant to tell; −1 where unknown. Only with the
            splits of the samples.
    """

    def __init__(
        self,
        samples: str | Path,
        features: str | Path,
        memory_mb: float | None = None,
        most_tested: int | None = None,
        rows: Rows | None = None,
    ) -> None:
        columns = read_samples(samples, ["sample_id", "group", "split", *(["label"] if rows is None else [])])
        check_splits(columns["group"], columns["split"])
        self.groups, self.labels, self.sample_ids = columns["group"], columns.get("label"), columns["sample_id"]
        self.rows = {split: columns["split"] == split for split in SPLITS} if rows is None else dict(rows)
        self._features, self._digest = features, dataset_digest(samples)
        self._scaling = fit_scaling(self.stored(self.rows["train"]))
        if most_tested is not None:
            self.rows["test"] = self.draw("test", most_tested)
        self._eraser: Eraser | None = None
        count, dimension = self.stored().shape
        held = math.inf if memory_mb is None else HELD * memory_mb * 2**20
        self._held = gather(self._scaled(None)) if 4 * count * dimension <= held else None

    def erased(self, eraser: Eraser) -> "ScaledSplits":
        """Return the same splits after an erasure from the scaled features; what is stored stays as it is."""
        erased = copy.copy(self)
        erased._eraser = eraser
        erased._held = None if self._held is None else gather(erased._scaled(None))
        return erased

    def blocks(self, rows: np.ndarray) -> Blocks:
        """Return the scaled features of some rows, bool [N]."""
        return self._scaled(rows) if self._held is None else ArrayBlocks(self._held_rows(rows))

    def array(self, rows: np.ndarray) -> np.ndarray:
        """Return the scaled features of some rows, bool [N], as float32 [n, D]."""
        return gather(self._scaled(rows)) if self._held is None else self._held_rows(rows)

    def draw(self, split: str, limit: int) -> np.ndarray:
        """Return a split's rows, bool [N]; of more than the limit, whole groups of them drawn at random."""
        rows = np.flatnonzero(self.rows[split])
        drawn = np.zeros(len(self.groups), bool)
        drawn[rows[draw_rows(self.groups[rows], limit)]] = True
        return drawn

    def stored(self, rows: np.ndarray | None = None) -> FileBlocks:
        """Return the features of some rows, bool [N], or of all, as they are stored."""
        return FileBlocks(self._features, rows, dataset_digest=self._digest)

    def erase_stored(self, eraser: Eraser, features: np.ndarray) -> np.ndarray:
        """Erase with an eraser of the scaled features from features as they are stored, [n, D]: float64 [n, D]."""
        mean, factor = self._scaling.mean.numpy(), self._scaling.factor.numpy()
        scale = np.divide(1, factor, out=np.zeros_like(factor), where=factor > 0)
        scaled = (features - mean) * factor
        return features + (eraser.apply(scaled) - scaled) * scale

    def _held_rows(self, rows: np.ndarray) -> np.ndarray:
        """Return rows that lie together, as those of a split do, without copying them."""
        places = np.flatnonzero(rows)
        if not len(places):
            return self._held[:0]
        together = slice(int(places[0]), int(places[-1]) + 1)
        return self._held[together if together.stop - together.start == len(places) else places]

    def _scaled(self, rows: np.ndarray | None) -> Blocks:
        scaled = ScaledBlocks(self.stored(rows), self._scaling)
        return scaled if self._eraser is None else ErasedBlocks(scaled, self._eraser)

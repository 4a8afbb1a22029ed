"""A representation as probes see it: the rows of one fold, every feature standardized on its training rows."""

import copy
import math
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from exoprobe.datasets.factors import RANKS, Factor, read_factors
from exoprobe.datasets.folds import Fold, plan_folds, plan_repeats
from exoprobe.datasets.samples import dataset_digest, label_codes, read_repeats, read_samples
from exoprobe.embeddings.erasure import ErasedBlocks, Projection
from exoprobe.features.blocks import ArrayBlocks, Blocks, FileBlocks, ScaledBlocks, fit_scaling, gather
from exoprobe.features.drawn_rows import draw_rows
from exoprobe.training.head import Head

HELD = 1 / 3  # of the memory, for scaled features; where they need more, they are read batch by batch
LABEL = "label"  # the name of the class that a representation is meant to encode, as a factor


@dataclass(frozen=True)
class Representation:
    """A feature file with what is known of its N samples.

    Attributes:
        features: the feature file.
        dataset_digest: of the dataset that it belongs to.
        sample_ids: [N].
        groups: [N].
        splits: [N].
        labels: int [N], codes of the label; −1 where it is unknown, or a number.
        factors: by name, with the label as a factor.
        factor_names: of the factors in the dataset's file.
        head: the network's own last layer, where it has one.
        memory_mb: what the process may hold, MiB; None for no limit.
        device: ``auto``, ``cpu`` or ``cuda``, of the linear probes.
        repeats: the number of each row's fold in further cross-validations, [N, R].
    """

    features: str | Path
    dataset_digest: str
    sample_ids: np.ndarray
    groups: np.ndarray
    splits: np.ndarray
    labels: np.ndarray
    factors: Mapping[str, Factor]
    factor_names: tuple[str, ...]
    head: Head | None = None
    memory_mb: float | None = None
    device: str = "cpu"
    repeats: np.ndarray = field(default_factory=lambda: np.zeros((0, 0), np.uint8))

    def folds(self) -> list[Fold]:
        """Plan the folds, see :func:`exoprobe.datasets.folds.plan_folds`."""
        return plan_folds(self.groups, self.splits)

    def repeated_folds(self) -> list[Fold]:
        """Plan the folds of further cross-validations, one after the other."""
        return [fold for folds in plan_repeats(self.repeats) for fold in folds]


def open_representation(
    samples: str | Path,
    factors: str | Path,
    features: str | Path,
    *,
    head: Head | None = None,
    memory_mb: float | None = None,
    device: str = "cpu",
) -> Representation:
    """Gather what is known of a feature file's samples; the features are read when they are passed over.

    Args:
        samples: the dataset.
        factors: of its samples.
        features: a feature file of it.
        head: see :class:`Representation`.
        memory_mb: likewise.
        device: likewise.
    """
    digest = dataset_digest(samples)
    names = [LABEL] if LABEL in pq.read_schema(samples).names else []
    columns = read_samples(samples, ["sample_id", "group", "split", *names])
    label = columns.get(LABEL, np.full(len(columns["group"]), -1))
    known = {factor.name: factor for factor in read_factors(factors, digest)}
    return Representation(
        features=features,
        dataset_digest=digest,
        sample_ids=columns["sample_id"],
        groups=columns["group"],
        splits=columns["split"],
        labels=label_codes(label),
        factors={LABEL: label_factor(label), **known},
        factor_names=tuple(known),
        head=head,
        memory_mb=memory_mb,
        device=device,
        repeats=read_repeats(samples),
    )


def label_factor(labels: np.ndarray) -> Factor:
    """Return labels [N] as a factor: codes, −1 where they are unknown, of classes; else numbers."""
    if not np.issubdtype(labels.dtype, np.integer):
        return Factor(LABEL, "continuous", labels, scale=RANKS)
    values, codes = np.unique(labels, return_inverse=True)
    categories = values[values >= 0]
    values = np.where(labels >= 0, codes - (len(values) - len(categories)), np.nan)
    return Factor(LABEL, "categorical", values, tuple(map(str, categories)))


class ProbeData:
    """Train, validation and test of one representation.

    Args:
        source: the representation.
        rows: bool [N] by ``train``, ``validation`` and ``test``.
        max_test: test rows; of more, whole groups are drawn at random.

    Attributes:
        groups: [N], the group of each sample.
        labels: int [N], codes of the label; −1 where it is unknown.
        rows: bool [N] by split.
    """

    def __init__(self, source: Representation, rows: Mapping[str, np.ndarray], max_test: int | None = None) -> None:
        self.source, self.rows = source, dict(rows)
        self.groups, self.labels = source.groups, source.labels
        self.fitted: dict[Hashable, Any] = {}  # what other probes may use again
        self._scaling = fit_scaling(self.stored(self.rows["train"]))
        if max_test is not None:
            self.rows["test"] = self.draw("test", max_test)
        self._eraser: Projection | None = None
        count, dimension = self.stored().shape
        limit = math.inf if source.memory_mb is None else HELD * source.memory_mb * 2**20
        self._held = gather(self._scaled(None)) if 4 * count * dimension <= limit else None

    def erased(self, eraser: Projection) -> "ProbeData":
        """Return the same data after an erasure from the scaled features; what is stored stays as it is."""
        erased = copy.copy(self)
        erased.fitted = {}
        erased._eraser = eraser
        erased._held = None if self._held is None else gather(ErasedBlocks(ArrayBlocks(self._held), eraser))
        return erased

    def fitted_on(self, train: np.ndarray) -> "ProbeData":
        """Return the same data, scaled as they are, of which probes are fitted on other rows, bool [N]."""
        narrowed = copy.copy(self)
        narrowed.fitted, narrowed.rows = {}, {**self.rows, "train": train}
        return narrowed

    def blocks(self, rows: np.ndarray) -> Blocks:
        """Return the scaled features of some rows, bool [N]."""
        return self._scaled(rows) if self._held is None else ArrayBlocks(self._held_rows(rows))

    def array(self, rows: np.ndarray) -> np.ndarray:
        """Return the scaled features of some rows, bool [N], as float32 [n, D]."""
        return gather(self._scaled(rows)) if self._held is None else self._held_rows(rows)

    def draw(self, split: str, limit: int | None) -> np.ndarray:
        """Return a split's rows, bool [N]; of more than the limit, whole groups of them drawn at random."""
        if limit is None:
            return self.rows[split]
        rows = np.flatnonzero(self.rows[split])
        drawn = np.zeros(len(self.groups), bool)
        drawn[rows[draw_rows(self.groups[rows], limit)]] = True
        return drawn

    def stored(self, rows: np.ndarray | None = None) -> FileBlocks:
        """Return the features of some rows, bool [N], or of all, as they are stored."""
        return FileBlocks(self.source.features, rows, dataset_digest=self.source.dataset_digest)

    def stored_blocks(self, rows: np.ndarray) -> Iterator[np.ndarray]:
        """Yield the features of some rows, bool [N], as they are stored, after the erasure if there is one."""
        for block in self.stored(rows).blocks():
            features = block.numpy()
            yield features if self._eraser is None else self.erase_stored(self._eraser, features)

    def erase_stored(self, eraser: Projection, features: np.ndarray) -> np.ndarray:
        """Erase with an eraser of the scaled features from features as they are stored, [n, D]: float64 [n, D]."""
        return self.stored_eraser(eraser).apply(features.astype(np.float64))

    def stored_eraser(self, eraser: Projection) -> Projection:
        """Return the eraser of the features as they are stored that one of the scaled features is."""
        return eraser.unscaled(self._scaling.mean.numpy(), self._scaling.factor.numpy())

    @property
    def eraser(self) -> Projection | None:
        """The erasure that the features are seen after."""
        return self._eraser

    def _held_rows(self, rows: np.ndarray) -> np.ndarray:
        """Return rows of the scaled features; those that lie together, as a split's do, without copying them."""
        assert self._held is not None
        indices = np.flatnonzero(rows)
        if not len(indices):
            return self._held[:0]
        span = slice(int(indices[0]), int(indices[-1]) + 1)
        return self._held[span if span.stop - span.start == len(indices) else indices]

    def _scaled(self, rows: np.ndarray | None) -> Blocks:
        scaled = ScaledBlocks(self.stored(rows), self._scaling)
        return scaled if self._eraser is None else ErasedBlocks(scaled, self._eraser)


@dataclass(frozen=True)
class FoldData:
    """One fold of a representation.

    Attributes:
        fold: its rows.
        tuning: the data of each pair that settings are chosen on.
        final: the data to fit on and to score.
    """

    fold: Fold
    tuning: list[ProbeData]
    final: ProbeData

    def erased(self, eraser: Projection) -> "FoldData":
        """Return the same fold after an erasure fitted on its only pair of tuning rows."""
        (data,) = self.tuning
        erased = data.erased(eraser)
        return FoldData(self.fold, [erased], erased)


def open_fold(source: Representation, fold: Fold, max_test: int | None = None) -> FoldData:
    """Prepare the features of one fold; with one split, what is tuned on train is what is scored."""
    tuning = [
        ProbeData(source, {"train": train, "validation": validation, "test": fold.test}, max_test)
        for train, validation in fold.tuning
    ]
    if len(tuning) == 1:
        return FoldData(fold, tuning, tuning[0])
    rows = {"train": fold.train, "validation": np.zeros_like(fold.train), "test": fold.test}
    return FoldData(fold, tuning, ProbeData(source, rows, max_test))

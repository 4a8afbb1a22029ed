"""Nearest neighbors by cosine: what lies together in the feature space, however it is folded."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from exoprobe.embeddings.erasure import Projection
from exoprobe.features.blocks import Blocks
from exoprobe.probes.base import Probe, by_eraser
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.targets import Targets

NEIGHBORS = (5, 15, 50)
MAX_ROWS = 10_000  # of train to search
MAX_VALIDATION = 2_000  # of validation to choose by
ERASED = 1e-3  # of a feature's length: where an erasure leaves less, float32 does not know what
QUERIES = 1_024  # rows whose neighbors are searched at once


def fit_knn(data: ProbeData, targets: Targets, erasers: Sequence[Projection] | None = None) -> "KNNIndex":
    """Index training rows; of more than 10,000, whole groups are drawn."""
    trained = data.draw("train", MAX_ROWS)
    return KNNIndex(data.array(trained), targets, trained, erasers)


class KNNIndex:
    """Training rows to search, by the cosine of the angle between features.

    Args:
        features: float32 [n, D].
        targets: of all N samples.
        trained: bool [N], which of them these are.
        erasers: of each factor, of the standardized features. (An erasure changes all products of features by a matrix
            of low rank, so these are computed once, not once per factor.)
    """

    def __init__(
        self, features: np.ndarray, targets: Targets, trained: np.ndarray, erasers: Sequence[Projection] | None = None
    ) -> None:
        self.features = torch.from_numpy(features)
        self.weights, self.votes, self.offset = _votes(targets, trained)
        self.norms = self.features.norm(dim=1).clamp_min(1e-12)
        self.searches = [
            (
                np.flatnonzero(np.isin(targets.owner, indices)),
                None if eraser is None else _LowRankUpdate(eraser, self.features, self.norms),
            )
            for indices, eraser in by_eraser(targets, erasers)
        ]

    @property
    def settings(self) -> list[dict[str, float]]:
        """How many neighbors vote."""
        return [{"neighbors": float(count)} for count in NEIGHBORS]

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for some rows, bool [N]: [len(NEIGHBORS), n, T], see :meth:`predict`."""
        return self.predict(data.blocks(rows))

    def select(self, chosen: np.ndarray) -> "ChosenNeighbors":
        """Return the index with one number of neighbors per target, by its index [T]."""
        return ChosenNeighbors(self, chosen)

    def predict(self, features: Blocks) -> np.ndarray:
        """Predict every target of m rows from their nearest training rows.

        Returns:
            float32 [len(NEIGHBORS), m, T]: the neighbors' mean, of classes each neighbor weighing as much as its
            class is rare, and 0 where both values weigh the same; the training mean where no neighbor is known.
        """
        outputs = [self._vote(queries) for block in features.blocks(torch.float32) for queries in block.split(QUERIES)]
        return torch.cat(outputs, dim=1).numpy()

    def _vote(self, queries: Tensor) -> Tensor:
        """Return the outputs of a few rows, [len(NEIGHBORS), m, T]."""
        outputs = torch.empty(len(NEIGHBORS), len(queries), self.votes.shape[1])
        products = queries @ self.features.T
        for columns, nearest in self._nearest(queries, products):
            weights, votes = self.weights[:, columns], self.votes[:, columns]
            outputs[..., columns] = _mean_votes(weights[nearest], votes[nearest])
        return outputs + self.offset

    def _nearest(self, queries: Tensor, products: Tensor) -> Iterator[tuple[np.ndarray, Tensor]]:
        """Yield some targets and the indices of the rows nearest to the queries [m, k], nearest first."""
        count = min(max(NEIGHBORS), len(self.features))
        for columns, change in self.searches:
            cosines = products / self.norms if change is None else change.apply(queries, products)
            yield columns, cosines.topk(count, dim=1).indices


@dataclass(frozen=True)
class ChosenNeighbors:
    """An index with one number of neighbors per target.

    Attributes:
        index: the index.
        chosen: int [T], positions in :data:`NEIGHBORS`.
    """

    index: KNNIndex
    chosen: np.ndarray
    settings: Sequence[dict[str, float]] = ({},)

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for some rows, bool [N]: [1, n, T]."""
        outputs = self.index.outputs(data, rows)
        return np.take_along_axis(outputs, self.chosen[None, None], axis=0)

    def select(self, chosen: np.ndarray) -> "ChosenNeighbors":
        """Return the same: the settings are chosen."""
        return self


class _LowRankUpdate:
    """What an erasure x − L Rᵀ(x − mean) does to the products of queries with the index.

    With a = Rᵀ(x − mean) and l = Lᵀx, of queries x and of the indexed y: x'·y' = x·y − aₓ·(l_y − LᵀL a_y) − lₓ·a_y.
    """

    def __init__(self, eraser: Projection, indexed: Tensor, norms: Tensor) -> None:
        self.mean, self.left, self.right = (
            torch.from_numpy(array).float() for array in (eraser.mean, eraser.left, eraser.right)
        )
        amount, along = self._coordinates(indexed)
        inner = self.left.T @ self.left
        self.others = torch.hstack([along - amount @ inner, amount])
        squares = norms.square() - (2 * amount * along).sum(1) + (amount @ inner * amount).sum(1)
        left_over = squares.clamp_min(1e-12).sqrt()
        self.norms = torch.where(left_over > ERASED * norms, left_over, torch.inf)

    def apply(self, queries: Tensor, products: Tensor) -> Tensor:
        """Return the products after the erasure over the index's norms, [m, n]."""
        return torch.addmm(products, torch.hstack(self._coordinates(queries)), self.others.T, alpha=-1) / self.norms

    def _coordinates(self, features: Tensor) -> tuple[Tensor, Tensor]:
        """Return a and l of features [n, D], each [n, r]."""
        return (features - self.mean) @ self.right, features @ self.left


def _votes(targets: Targets, trained: np.ndarray) -> tuple[Tensor, Tensor, Tensor]:
    """Return how much each row's targets weigh, their values beside the mean, both [n, T], and that mean [T]."""
    columns, classes = targets.columns[trained], targets.is_class
    known = ~np.isnan(columns)
    mean = np.where(known, columns, 0).sum(0) / np.maximum(known.sum(0), 1)
    values = np.where(known, columns - np.where(classes, 0, mean), 0)
    weights, share = known.astype(np.float64), np.clip(mean[classes], 1e-9, 1 - 1e-9)
    weights[:, classes] *= np.where(values[:, classes] > 0, 0.5 / share, 0.5 / (1 - share))
    values[:, classes] = 2 * values[:, classes] - 1
    offset = torch.from_numpy(np.where(classes, 0, mean))
    return torch.from_numpy(weights).float(), torch.from_numpy(values).float(), offset.float()


def _mean_votes(weights: Tensor, votes: Tensor) -> Tensor:
    """Average the first 5, 15 … neighbors' votes [m, k, T]: [len(NEIGHBORS), m, T]."""
    sums, totals = (weights * votes).cumsum(1), weights.cumsum(1)
    last = [min(count, weights.shape[1]) - 1 for count in NEIGHBORS]
    return torch.stack([sums[:, last_index] / totals[:, last_index].clamp_min(1e-9) for last_index in last])


PROBE = Probe(
    title="nearest neighbors",
    phrase="nearest neighbors",
    description="The weighted vote of the nearest training rows by cosine; their number is chosen on validation.",
    fit=fit_knn,
    general=True,
    repeated=True,
    rank=10,
    joint_erasure=True,
    max_validation=MAX_VALIDATION,
)

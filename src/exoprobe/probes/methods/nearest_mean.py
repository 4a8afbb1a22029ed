"""The class whose mean activation vector (MAV) has the largest cosine similarity (section 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import CLASSES
from exoprobe.embeddings.erasure import Projection
from exoprobe.errors import ExoprobeError
from exoprobe.features.class_means import class_means
from exoprobe.features.cosine import cosine_similarities
from exoprobe.probes.base import Probe
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.targets import Targets


@dataclass(frozen=True)
class NearestMeans:
    """Mean vectors of each factor's classes, of the features as they are stored.

    Attributes:
        targets: the factors.
        codes: int [K] of each factor, its classes in training.
        means: float64 [K, D] of each factor.
        settings: a single one, without hyperparameters.
    """

    targets: Targets
    codes: Sequence[np.ndarray]
    means: Sequence[np.ndarray]
    settings: Sequence[dict[str, float]] = ({},)

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the cosine to each class mean, of binary factors the difference of both: [1, n, T]."""
        return np.concatenate([self._block(block) for block in data.stored_blocks(rows)])[None]

    def select(self, chosen: np.ndarray) -> "NearestMeans":
        """Return the same: there is nothing to choose."""
        return self

    def _block(self, features: np.ndarray) -> np.ndarray:
        columns = []
        for factor, codes, means in zip(self.targets.factors, self.codes, self.means, strict=True):
            cosines = np.full((len(features), len(factor.categories)), -1.0)  # of a class without training rows
            cosines[:, codes] = cosine_similarities(features, means)
            columns.append(cosines[:, 1:] - cosines[:, :1] if factor.kind == "binary" else cosines)
        return np.hstack(columns)


def fit_nearest_mean(data: ProbeData, targets: Targets, erasers: Sequence[Projection] | None = None) -> NearestMeans:
    """Average the training features of each class of each factor.

    Raises:
        ExoprobeError: where a factor has no classes.
    """
    codes, means = [], []
    for factor in targets.factors:
        if factor.kind not in CLASSES:
            raise ExoprobeError(f"nearest_mean predicts classes, but {factor.name} is {factor.kind}; leave it out")
        known = data.rows["train"] & factor.known
        present, index = np.unique(factor.values[known].astype(int), return_inverse=True)
        vectors = class_means(data.stored(known), index)
        codes.append(present)
        means.append(vectors if data.eraser is None else data.erase_stored(data.eraser, vectors))
    return NearestMeans(targets, codes, means)


PROBE = Probe(
    title="nearest mean",
    phrase="the nearest class mean",
    description="The class whose mean activation vector has the largest cosine similarity with the features as they "
    "are (section 4.1).",
    fit=fit_nearest_mean,
    rank=50,
)

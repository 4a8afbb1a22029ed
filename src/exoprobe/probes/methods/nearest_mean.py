"""The class whose mean activation vector (MAV) has the largest cosine similarity (section 4.1)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.embeddings.erasure import Eraser
from exoprobe.features.class_means import class_means
from exoprobe.features.cosine import cosine_similarities
from exoprobe.probes.base import Probe
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.targets import Targets


@dataclass(frozen=True)
class NearestMeans:
    """Mean vectors of each factor's classes, of the features as they are stored.

    Attributes:
        means: float64 [K, D] of each factor.
        settings: a single one, without hyperparameters.
    """

    means: Sequence[np.ndarray]
    settings: Sequence[dict[str, float]] = ({},)

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the cosine to each class mean, of binary factors the difference of both: [1, n, T]."""
        return np.concatenate([self._block(block) for block in data.stored_blocks(rows)])[None]

    def select(self, chosen: np.ndarray) -> "NearestMeans":
        """Return the same: there is nothing to choose."""
        return self

    def _block(self, features: np.ndarray) -> np.ndarray:
        cosines = [cosine_similarities(features, means) for means in self.means]
        return np.hstack([one[:, 1:] - one[:, :1] if one.shape[1] == 2 else one for one in cosines])


def fit_nearest_mean(data: ProbeData, targets: Targets, erasers: Sequence[Eraser] | None = None) -> NearestMeans:
    """Average the training features of each class of each factor."""
    means = []
    for factor in targets.factors:
        known = data.rows["train"] & factor.known
        vectors = class_means(data.stored(known), factor.values[known].astype(int))
        means.append(vectors if data.eraser is None else data.erase_stored(data.eraser, vectors))
    return NearestMeans(means)


PROBE = Probe(
    title="nearest mean",
    phrase="the nearest class mean",
    description="The class whose mean activation vector has the largest cosine similarity with the features as they "
    "are (section 4.1).",
    fit=fit_nearest_mean,
    rank=50,
)

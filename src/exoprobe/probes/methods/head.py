"""The network's own prediction: its last layer on top of the features, or the features where they are its outputs."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.embeddings.erasure import Eraser
from exoprobe.errors import ExoprobeError
from exoprobe.probes.base import Probe
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.targets import Targets


@dataclass(frozen=True)
class Head:
    """A network's last layer; nothing is fitted.

    Attributes:
        layer: weight [T, D] and bias [T], or None where the features are the outputs.
        settings: a single one, without hyperparameters.
    """

    layer: tuple[np.ndarray, np.ndarray] | None
    settings: Sequence[dict[str, float]] = ({},)

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the layer's outputs, [1, n, T]."""
        return np.concatenate([self._block(block) for block in data.stored_blocks(rows)])[None]

    def select(self, chosen: np.ndarray) -> "Head":
        """Return the same: there is nothing to choose."""
        return self

    def _block(self, features: np.ndarray) -> np.ndarray:
        if self.layer is None:
            return features
        weight, bias = self.layer
        return features @ weight.T + bias


def fit_head(data: ProbeData, targets: Targets, erasers: Sequence[Eraser] | None = None) -> Head:
    """Take the network's last layer as it is.

    Raises:
        ExoprobeError: where it has not an output per target.
    """
    layer = data.source.head
    outputs = data.stored().shape[1] if layer is None else len(layer[0])
    if outputs != targets.columns.shape[1]:
        raise ExoprobeError(
            f"{data.source.features}: the network has {outputs} outputs, its targets have {targets.columns.shape[1]}"
        )
    return Head(layer)


PROBE = Probe(
    title="softmax",
    phrase="the network's own output",
    description="The network's own last layer on top of the features; nothing is fitted.",
    fit=fit_head,
    rank=60,
)

"""The network's own prediction: its last layer on top of the features."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.embeddings.erasure import Projection
from exoprobe.errors import ExoprobeError
from exoprobe.probes.base import Probe
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.targets import Targets
from exoprobe.training.head import Head


@dataclass(frozen=True)
class HeadPrediction:
    """A network's last layer; nothing is fitted.

    Attributes:
        head: the layer.
        settings: a single one, without hyperparameters.
    """

    head: Head
    settings: Sequence[dict[str, float]] = ({},)

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the layer's outputs, [1, n, T]."""
        return np.concatenate([self.head.outputs(block) for block in data.stored_blocks(rows)])[None]

    def select(self, chosen: np.ndarray) -> "HeadPrediction":
        """Return the same: there is nothing to choose."""
        return self


def fit_head(data: ProbeData, targets: Targets, erasers: Sequence[Projection] | None = None) -> HeadPrediction:
    """Take the network's last layer as it is.

    Raises:
        ExoprobeError: where there is none, or it has not an output per target.
    """
    head, count = data.source.head, targets.columns.shape[1]
    if head is None:
        raise ExoprobeError(
            f"{data.source.features}: the network has no last layer of its own; leave out the probe head"
        )
    if len(head.weight) != count:
        raise ExoprobeError(
            f"{data.source.features}: the network has {len(head.weight)} outputs, its targets have {count}"
        )
    return HeadPrediction(head)


PROBE = Probe(
    title="network output",
    phrase="the network's own output",
    description="The network's own last layer on top of the features; nothing is fitted.",
    fit=fit_head,
    rank=60,
)

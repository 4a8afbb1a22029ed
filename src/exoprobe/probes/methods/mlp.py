"""Small multilayer perceptrons, one per factor, all trained in the same matrix products."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from exoprobe.compute import choose_precision
from exoprobe.embeddings.erasure import Projection
from exoprobe.features.blocks import Blocks
from exoprobe.probes.base import Probe
from exoprobe.probes.mlp_net import HIDDEN, Net
from exoprobe.probes.one_cycle import OneCycleAdamW
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.targets import Targets

STEPS, BATCH, EVALUATIONS = 500, 512, 5
LEARNING_RATE, WEIGHT_DECAY, WARMUP = 3e-3, 1.0, 0.2
MAX_ROWS = 100_000  # of train to learn from


def fit_mlp(data: ProbeData, targets: Targets, erasers: Sequence[Projection] | None = None) -> "MLPs":
    """Train on train; each factor keeps the weights that were best on validation."""
    trained, held_out = data.draw("train", MAX_ROWS), data.draw("validation", MAX_ROWS // 4)
    return fit_mlps(
        (data.array(trained), targets.columns[trained]),
        (data.array(held_out), targets.columns[held_out]),
        targets,
        erasers,
    )


@dataclass(frozen=True)
class MLPs:
    """A fitted perceptron per factor.

    Attributes:
        weights: [D, F · HIDDEN], of the hidden units.
        bias: [F · HIDDEN].
        output: [F · HIDDEN, T], 0 between units and targets of different factors.
        offset: [T].
        scale: [T], of the targets.
    """

    weights: Tensor
    bias: Tensor
    output: Tensor
    offset: Tensor
    scale: Tensor
    settings: Sequence[dict[str, float]] = ({"hidden_units": HIDDEN},)

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for some rows, bool [N]: [1, n, T]; of classes, log odds."""
        return self.predict(data.blocks(rows))[None]

    def predict(self, features: Blocks) -> np.ndarray:
        """Return the outputs for features [N, D], float64 [N, T]."""
        return torch.cat([self._predict(block) for block in features.blocks()]).double().numpy()

    def select(self, chosen: np.ndarray) -> "MLPs":
        """Return the same: there is one setting."""
        return self

    def _predict(self, block: Tensor) -> Tensor:
        return (torch.relu(block @ self.weights + self.bias) @ self.output + self.offset) * self.scale


def fit_mlps(
    train: tuple[np.ndarray, np.ndarray],
    validation: tuple[np.ndarray, np.ndarray],
    targets: Targets,
    erasers: Sequence[Projection] | None = None,
    seed: int = 0,
) -> MLPs:
    """Fit the perceptrons; each keeps the weights that were best on validation.

    Args:
        train: features, float32 [n, D], near mean 0 and deviation 1, and their targets [n, T].
        validation: the same of other rows.
        targets: what the columns are.
        erasers: of each factor; its perceptron then sees the features after that erasure. (An erasure is linear,
            so it is put into the hidden units' weights, and the features need not be there once per factor.)
        seed: of the first weights and the batches.
    """
    torch.manual_seed(seed)
    net = Net(train[0].shape[1], targets, train[1], erasers)
    optimizer = OneCycleAdamW(net.parameters, LEARNING_RATE, STEPS, warmup=WARMUP, weight_decay=WEIGHT_DECAY)
    precision = choose_precision("auto", torch.device("cpu"))
    features, held_out = (torch.from_numpy(array).to(precision) for array, _ in (train, validation))
    columns, wanted = (net.scaled(columns) for _, columns in (train, validation))
    weight, columns = net.weigh(columns), columns.nan_to_num()
    best = _BestWeights(net, targets)
    for step in range(1, STEPS + 1):
        rows = torch.randint(len(features), (min(BATCH, len(features)),))
        optimizer.step(net.gradients(features[rows], columns[rows], weight[rows]))
        if step % (STEPS // EVALUATIONS) == 0:
            best.update(net.losses(net.hidden(held_out), wanted))
    return best.mlps()


class _BestWeights:
    """Of each factor, the weights with the least loss on validation so far."""

    def __init__(self, net: Net, targets: Targets) -> None:
        self.net, self.owner = net, torch.from_numpy(targets.owner)
        self.loss = torch.full((len(targets.factors),), torch.inf)
        self.kept: tuple[Tensor, ...] | None = None

    def update(self, losses: Tensor) -> None:
        """Keep the weights of the factors whose loss [T], summed over their targets, has fallen."""
        loss = torch.zeros_like(self.loss).index_add(0, self.owner, losses)
        better = loss < self.loss
        self.loss = torch.where(better, loss, self.loss)
        now = tuple(tensor.clone() for tensor in (*self.net.effective(), self.net.output, self.net.offset))
        if self.kept is None:
            self.kept = now
            return
        units, columns = better.repeat_interleave(HIDDEN), better[self.owner]
        masks = (units, units, units[:, None], columns)
        self.kept = tuple(torch.where(mask, new, old) for mask, new, old in zip(masks, now, self.kept, strict=True))

    def mlps(self) -> MLPs:
        """Return the best weights; numbers come back in their units."""
        assert self.kept is not None
        weights, bias, output, offset = self.kept
        scale = self.net.scale.float()
        return MLPs(weights, bias, output, offset + (self.net.middle / self.net.scale).float(), scale)


PROBE = Probe(
    title="MLP",
    phrase="the MLP",
    description=f"A multilayer perceptron with {HIDDEN} hidden units per factor; it keeps the weights that were best "
    "on validation.",
    fit=fit_mlp,
    general=True,
    rank=30,
    refit=False,
    joint_erasure=True,
)

"""Nuisance-adversarial training by gradient reversal (Ganin et al. 2016)."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exoprobe.training.architectures.network import FEATURES, fill_for_relu
from exoprobe.training.objectives.softmax_plus import SoftmaxPlus
from exoprobe.training.training_images import TrainingImages

SETTINGS = {"weight": "a number of at least 0"}

HIDDEN = 256
MOST_VALUES = 20  # that are classes of the softmax each
BINS = 10  # of a factor with more values


class Adversarial(SoftmaxPlus):
    """An MLP learns to predict the factors from ip1, and the network learns to prevent it.

    The strength of the reversal is constant: ``weight``. (A learning rate that warms up is a ramp already.)
    """

    def set_up(self, data: TrainingImages) -> None:
        """Build the adversary, with a softmax over the values of every factor."""
        super().set_up(data)
        self.edges = [value_edges(factor) for factor in data.required_factors().T]
        self.adversary = nn.Sequential(
            nn.Linear(FEATURES, HIDDEN), nn.ReLU(), nn.Linear(HIDDEN, sum(len(edges) + 1 for edges in self.edges))
        )
        fill_for_relu(self.adversary, self.generator)

    def term(self, activations: dict[str, Tensor], data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the adversary's mean cross-entropy over the factors, whose gradient reaches ip1 reversed."""
        outputs = self.adversary(Reversal.apply(activations["ip1"].float()))
        logits = outputs.split([len(edges) + 1 for edges in self.edges], dim=1)
        factors = data.required_factors()[rows].T.contiguous()
        values = [torch.bucketize(factor, edges) for factor, edges in zip(factors, self.edges, strict=True)]
        return sum(map(F.cross_entropy, logits, values), torch.zeros(())) / len(values)


class Reversal(torch.autograd.Function):
    """The identity, with the gradient's sign reversed."""

    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, features: Tensor) -> Tensor:
        """Return the features."""
        return features.view_as(features)

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, gradient: Tensor) -> Tensor:
        """Return the reversed gradient."""
        return -gradient


def value_edges(factor: Tensor) -> Tensor:
    """Return what separates the values of a factor [N], ascending; of many values, ten equal shares."""
    values = factor.unique()
    if len(values) <= MOST_VALUES:
        return (values[1:] + values[:-1]) / 2
    shares = torch.arange(1, BINS, device=factor.device) / BINS
    return factor.sort().values[(shares * len(factor)).long()]

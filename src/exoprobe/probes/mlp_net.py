"""The perceptrons of all factors side by side, as they are trained."""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn import Parameter
from torch.nn.functional import binary_cross_entropy_with_logits

from exoprobe.embeddings.erasure import Eraser
from exoprobe.probes.targets import Targets

HIDDEN = 32  # units per factor


class Net(torch.nn.Module):
    """All perceptrons side by side."""

    def __init__(self, dimension: int, targets: Targets, columns: np.ndarray, erasers: Sequence[Eraser] | None) -> None:
        super().__init__()
        count = len(targets.factors) * HIDDEN
        self.weights = Parameter(torch.randn(dimension, count) * (2 / dimension) ** 0.5)
        self.bias = Parameter(torch.zeros(count))
        units = torch.arange(len(targets.factors)).repeat_interleave(HIDDEN)
        self.connected = (units[:, None] == torch.from_numpy(targets.owner)).float()
        self.output = Parameter(self.connected * torch.randn(count, len(targets.owner)) * HIDDEN**-0.5)
        self.offset = Parameter(torch.zeros(len(targets.owner)))
        self.is_class = torch.from_numpy(targets.is_class)
        self.middle, self.scale = _moments(columns, targets.is_class)
        self.costs = _costs(columns)
        self.erasers = None if erasers is None else _stack(erasers)

    def scaled(self, columns: np.ndarray) -> Tensor:
        """Return targets [n, T] as they are learned: classes as they are, numbers with mean 0 and deviation 1."""
        return ((torch.from_numpy(columns) - self.middle) / self.scale).float()

    def effective(self) -> tuple[Tensor, Tensor]:
        """Return the hidden units' weights and bias, the erasures put into them."""
        if self.erasers is None:
            return self.weights, self.bias
        mean, left, right = self.erasers
        blocks = self.weights.unflatten(1, (-1, HIDDEN)).transpose(0, 1)  # [F, D, HIDDEN]
        taken = left.mT @ blocks
        blocks = blocks - right @ taken
        bias = self.bias.unflatten(0, (-1, HIDDEN)) + (mean[:, None] @ right @ taken)[:, 0]
        return blocks.transpose(0, 1).flatten(1), bias.flatten()

    def hidden(self, features: Tensor) -> Tensor:
        """Return the hidden units for features [n, D]."""
        weights, bias = self.effective()
        return torch.relu(features @ weights + bias)

    def losses(self, hidden: Tensor, columns: Tensor) -> Tensor:
        """Return each target's mean loss [T]: cross-entropy, both classes weighing the same, or squared."""
        outputs = hidden.float() @ (self.output * self.connected) + self.offset
        known = ~columns.isnan()
        wanted = columns.nan_to_num()
        cost = torch.where(wanted > 0, self.costs[1], self.costs[0])
        crossed = cost * binary_cross_entropy_with_logits(outputs, wanted, reduction="none")
        losses = torch.where(self.is_class, crossed, (outputs - wanted).square()) * known
        return losses.sum(0) / known.sum(0).clamp_min(1)


def _moments(columns: np.ndarray, is_class: np.ndarray) -> tuple[Tensor, Tensor]:
    """Return mean and deviation of the numbers among the targets [T], 0 and 1 for classes and what is unknown."""
    columns = np.where(np.isnan(columns).all(0), 0, columns)
    mean, deviation = np.nanmean(columns, 0), np.nanstd(columns, 0)
    scale = np.where(is_class | (deviation == 0), 1, deviation)
    return torch.from_numpy(np.where(is_class, 0, mean)), torch.from_numpy(scale)


def _costs(columns: np.ndarray) -> Tensor:
    """Return what an error costs where a class is absent and where it is present, [2, T]."""
    columns = np.where(np.isnan(columns).all(0), 0.5, columns)
    share = torch.from_numpy(np.nanmean(columns, 0)).float().clamp(1e-6, 1 - 1e-6)
    return torch.stack([0.5 / (1 - share), 0.5 / share])


def _stack(erasers: Sequence[Eraser]) -> tuple[Tensor, Tensor, Tensor]:
    """Put erasers of any rank together: means [F, D], and both factors [F, D, R], filled up with 0."""
    rank = max(eraser.left.shape[1] for eraser in erasers)
    left, right = (
        torch.stack(
            [
                torch.nn.functional.pad(
                    torch.as_tensor(getattr(eraser, side)).float(), (0, rank - eraser.left.shape[1])
                )
                for eraser in erasers
            ]
        )
        for side in ("left", "right")
    )
    return torch.stack([torch.as_tensor(eraser.mean).float() for eraser in erasers]), left, right

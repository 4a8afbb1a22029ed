"""The perceptrons of all factors side by side, as they are trained, with their gradients.

The gradients are written out: torch's recording of what to differentiate would take half of the time.
"""

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits

from exoprobe.embeddings.erasure import Projection
from exoprobe.probes.targets import Targets

HIDDEN = 32  # units per factor


class Net:
    """All perceptrons side by side.

    Attributes:
        weights: [D, F · HIDDEN], of the hidden units, before the erasures.
        bias: [F · HIDDEN].
        output: [F · HIDDEN, T], what connects units and targets of one factor.
        offset: [T].
    """

    def __init__(
        self, dimension: int, targets: Targets, columns: np.ndarray, erasers: Sequence[Projection] | None
    ) -> None:
        count = len(targets.factors) * HIDDEN
        self.weights = torch.randn(dimension, count) * (2 / dimension) ** 0.5
        self.bias = torch.zeros(count)
        units = torch.arange(len(targets.factors)).repeat_interleave(HIDDEN)
        self.connected = (units[:, None] == torch.from_numpy(targets.owner)).float()
        self.output = self.connected * torch.randn(count, len(targets.owner)) * HIDDEN**-0.5
        self.offset = torch.zeros(len(targets.owner))
        self.is_class = torch.from_numpy(targets.is_class)
        self.middle, self.scale = _moments(columns, targets.is_class)
        self.costs = _costs(columns)
        self.erasers = None if erasers is None else _stack(erasers)

    @property
    def parameters(self) -> tuple[Tensor, ...]:
        """What is trained."""
        return self.weights, self.bias, self.output, self.offset

    def scaled(self, columns: np.ndarray) -> Tensor:
        """Return targets [n, T] as they are learned: classes as they are, numbers with mean 0 and deviation 1."""
        return ((torch.from_numpy(columns) - self.middle) / self.scale).float()

    def effective(self) -> tuple[Tensor, Tensor]:
        """Return the hidden units' weights and bias, the erasures put into them."""
        if self.erasers is None:
            return self.weights, self.bias
        shift, left, right = self.erasers
        taken = left.mT @ _by_factor(self.weights)
        erased = _by_factor(self.weights) - right @ taken
        bias = self.bias + (shift @ taken).flatten()
        return _side_by_side(erased), bias

    def hidden(self, features: Tensor) -> Tensor:
        """Return the hidden units for features [n, D], the product as precise as these are."""
        weights, bias = self.effective()
        return torch.relu(features @ weights.to(features.dtype) + bias)

    def weigh(self, wanted: Tensor) -> Tensor:
        """Return what the error in each scaled target [n, T] weighs: a class' cost, 2 for numbers, 0 where unknown."""
        return torch.where(self.is_class, self._cost(wanted), 2) * ~wanted.isnan()

    def losses(self, hidden: Tensor, wanted: Tensor) -> Tensor:
        """Return each target's mean loss [T]: cross-entropy, both classes weighing the same, or squared."""
        outputs, known = self._outputs(hidden), ~wanted.isnan()
        wanted = wanted.nan_to_num()
        crossed = self._cost(wanted) * binary_cross_entropy_with_logits(outputs, wanted, reduction="none")
        losses = torch.where(self.is_class, crossed, (outputs - wanted).square()) * known
        return losses.sum(0) / known.sum(0).clamp_min(1)

    def gradients(self, features: Tensor, wanted: Tensor, weight: Tensor) -> tuple[Tensor, ...]:
        """Return the gradients of the sum of the losses with respect to each of the parameters.

        Args:
            features: [n, D], in the type of the products.
            wanted: [n, T], scaled targets, 0 where unknown.
            weight: [n, T], of :meth:`weigh`.
        """
        hidden = self.hidden(features)
        outputs = self._outputs(hidden)
        each = weight.count_nonzero(0).clamp_min(1).reciprocal() * weight
        of_outputs = (torch.where(self.is_class, outputs.sigmoid(), outputs) - wanted) * each
        of_hidden = of_outputs @ self.output.T * (hidden > 0)
        of_weights = (features.T @ of_hidden.to(features.dtype)).float()
        of_bias = of_hidden.sum(0)
        of_output = hidden.T @ of_outputs * self.connected
        return self._before_erasures(of_weights, of_bias), of_bias, of_output, of_outputs.sum(0)

    def _outputs(self, hidden: Tensor) -> Tensor:
        outputs: Tensor = hidden @ self.output + self.offset
        return outputs

    def _cost(self, wanted: Tensor) -> Tensor:
        return torch.where(wanted > 0, self.costs[1], self.costs[0])

    def _before_erasures(self, of_weights: Tensor, of_bias: Tensor) -> Tensor:
        """Turn the gradient with respect to effective weights into that with respect to the weights."""
        if self.erasers is None:
            return of_weights
        shift, left, right = self.erasers
        blocks = _by_factor(of_weights)
        of_taken = shift.mT @ of_bias.unflatten(0, (-1, 1, HIDDEN)) - right.mT @ blocks
        return _side_by_side(blocks + left @ of_taken)


def _by_factor(weights: Tensor) -> Tensor:
    """View weights [D, F · HIDDEN] as [F, D, HIDDEN]."""
    blocks: Tensor = weights.unflatten(1, (-1, HIDDEN)).transpose(0, 1)
    return blocks


def _side_by_side(blocks: Tensor) -> Tensor:
    """Put [F, D, HIDDEN] side by side, [D, F · HIDDEN]."""
    return blocks.transpose(0, 1).flatten(1)


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


def _stack(erasers: Sequence[Projection]) -> tuple[Tensor, Tensor, Tensor]:
    """Put erasers of any rank together, filled up with 0: meanᵀ right [F, 1, R], left and right [F, D, R]."""
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
    mean = torch.stack([torch.as_tensor(eraser.mean).float() for eraser in erasers])
    return mean[:, None] @ right, left, right

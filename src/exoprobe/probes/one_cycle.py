"""AdamW with the one-cycle schedule, from torch's own kernel.

``torch.optim.AdamW`` with ``OneCycleLR`` gives the same to the last bit, but imports torch's compiler, which takes
longer than the perceptrons of a small audit.
"""

import math
from collections.abc import Iterable

import torch
from torch import Tensor
from torch.optim.adamw import adamw

MOMENTA = 0.95, 0.85  # the first moment's decay at the ends of the cycle and at its peak
SECOND_DECAY, EPSILON = 0.999, 1e-8
INITIAL, FINAL = 1 / 25, 1 / 25 / 1e4  # of the largest learning rate, at the first and at the last step


class OneCycleAdamW:
    """AdamW (Loshchilov and Hutter 2019) under the one-cycle policy (Smith and Topin 2018).

    The learning rate rises along a cosine and falls along another, while the decay of the first moment does the
    opposite.

    Args:
        parameters: to be trained, float32, in place.
        rate: the largest learning rate.
        steps: of the whole cycle.
        warmup: the share of the steps in which the rate rises.
        weight_decay: times the learning rate, what each step takes of the parameters.
    """

    def __init__(
        self, parameters: Iterable[Tensor], rate: float, steps: int, *, warmup: float, weight_decay: float
    ) -> None:
        self.parameters = list(parameters)
        self.rate, self.peak, self.last, self.weight_decay = rate, warmup * steps - 1, steps - 1, weight_decay
        self.first_moments = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.second_moments = [torch.zeros_like(parameter) for parameter in self.parameters]
        self.counts = [torch.zeros(()) for _ in self.parameters]
        self.step_index = 0

    def step(self, gradients: Iterable[Tensor]) -> None:
        """Take a step along the gradients, one per parameter."""
        adamw(
            self.parameters, list(gradients), self.first_moments, self.second_moments, [], self.counts,
            fused=True, amsgrad=False, maximize=False,
            lr=self._between(INITIAL * self.rate, self.rate, FINAL * self.rate),
            beta1=self._between(MOMENTA[0], MOMENTA[1], MOMENTA[0]),
            beta2=SECOND_DECAY, eps=EPSILON, weight_decay=self.weight_decay,
        )  # fmt: skip
        self.step_index += 1

    def _between(self, first: float, peak: float, last: float) -> float:
        """Return where a value is now that goes along cosines from the first to the peak to the last."""
        if self.step_index <= self.peak:
            start, end, way = first, peak, self.step_index / self.peak
        else:
            start, end, way = peak, last, (self.step_index - self.peak) / (self.last - self.peak)
        return end + (start - end) / 2.0 * (math.cos(math.pi * way) + 1)

"""Optimizers and learning-rate schedules, chosen by a recipe from the configuration."""

import math
from collections.abc import Callable, Iterable
from typing import Any

import torch
from torch import nn


class CaffeSGD(torch.optim.Optimizer):
    """Caffe's SGD: v ← m·v + lr·(g + wd·w), w ← w − v, with biases at twice the learning rate.

    It differs from ``torch.optim.SGD`` in that the learning rate goes into the momentum buffer.

    Args:
        parameters: weights and biases; one-dimensional parameters are biases.
        lr: learning rate of the weights.
        momentum: m.
        weight_decay: wd, on weights and biases.
    """

    def __init__(self, parameters: Iterable[nn.Parameter], lr: float, momentum: float, weight_decay: float) -> None:
        parameters = list(parameters)
        weights = [p for p in parameters if p.ndim > 1]
        biases = [p for p in parameters if p.ndim == 1]
        groups = [{"params": weights, "scale": 1.0}, {"params": biases, "scale": 2.0}]
        super().__init__(groups, {"lr": lr, "momentum": momentum, "weight_decay": weight_decay})

    @torch.no_grad()
    def step(self) -> None:  # type: ignore[override]  # takes no closure
        """Update every parameter once."""
        for group in self.param_groups:
            rate = group["lr"] * group["scale"]
            for weight in group["params"]:
                if weight.grad is None:  # a layer that the objective does not use
                    continue
                state = self.state[weight]
                if "velocity" not in state:
                    state["velocity"] = torch.zeros_like(weight)
                velocity = state["velocity"].mul_(group["momentum"])
                velocity.add_(weight.grad, alpha=rate).add_(weight, alpha=rate * group["weight_decay"])
                weight.sub_(velocity)


def build_optimizer(trained: nn.Module, recipe: dict[str, Any]) -> torch.optim.Optimizer:
    """Build the recipe's ``optimizer``: ``caffe_sgd``, ``sgd`` (Nesterov momentum) or ``adamw``."""
    parameters, rate, decay = trained.parameters(), recipe["learning_rate"], recipe["weight_decay"]
    if recipe["optimizer"] == "caffe_sgd":
        return CaffeSGD(parameters, lr=rate, momentum=recipe["momentum"], weight_decay=decay)
    if recipe["optimizer"] == "sgd":
        return torch.optim.SGD(
            parameters, lr=rate, momentum=recipe["momentum"], weight_decay=decay, nesterov=True, fused=True
        )
    return torch.optim.AdamW(parameters, lr=rate, betas=(recipe["momentum"], 0.99), weight_decay=decay, fused=True)


def learning_rate_factor(recipe: dict[str, Any]) -> Callable[[int], float]:
    """Return the factor on the learning rate as a function of the step, from 0 to ``max_steps`` − 1.

    ``inverse_decay`` is Caffe's "inv" policy with gamma 1e-4 and power 0.75; ``one_cycle`` warms up linearly
    over the first ``warmup`` fraction of the steps, then falls along a cosine to 0 (Smith and Topin 2019).
    """
    if recipe["schedule"] == "inverse_decay":
        return lambda step: (1 + 1e-4 * step) ** -0.75

    warm_steps = max(1, round(recipe["warmup"] * recipe["max_steps"]))

    def cosine_factor(step: int) -> float:
        if step < warm_steps:
            return (step + 1) / warm_steps
        return (1 + math.cos(math.pi * (step - warm_steps) / max(1, recipe["max_steps"] - warm_steps))) / 2

    return cosine_factor


def set_learning_rate(optimizer: torch.optim.Optimizer, rate: float) -> None:
    """Set the learning rate of every parameter group."""
    for group in optimizer.param_groups:
        group["lr"] = rate

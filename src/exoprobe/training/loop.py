"""The training loop, the same for every network and objective."""

import logging
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from exoprobe.compute import mixed_precision
from exoprobe.errors import ExoprobeError
from exoprobe.progress import progress
from exoprobe.training.best_weights import BestWeights
from exoprobe.training.objectives.objective import Objective
from exoprobe.training.solvers import build_optimizer, learning_rate_factor, set_learning_rate
from exoprobe.training.training_images import TrainingImages, endless_batches

log = logging.getLogger(__name__)

EVALUATION_BATCH = 256  # larger batches leave the processor's cache
LOSS_POINTS = 100  # of the training loss in the history


@dataclass(frozen=True)
class Trained:
    """The outcome of a training run.

    Attributes:
        weights: the state dict at the best validation measure.
        history: about a hundred rows: step, learning rate, mean training loss since the last row and, where
            validation was evaluated, its measure and whether it was the best so far, else None; and the
            measure's name.
    """

    weights: dict[str, Tensor]
    history: list[dict[str, Any]]


def train(
    network: nn.Module,
    objective: Objective,
    data: TrainingImages,
    validation: TrainingImages,
    recipe: dict[str, Any],
    *,
    generator: torch.Generator,
    precision: torch.dtype = torch.float32,
) -> Trained:
    """Train until the validation measure has not improved for ``patience`` validations, or ``max_steps``.

    Args:
        network: trained in place, on the device that it is on.
        objective: the loss, and the measure that selects the best weights; its own parameters are trained too.
        data: training images, on the network's device.
        validation: validation images, on the network's device.
        recipe: ``optimizer``, ``learning_rate``, ``momentum``, ``weight_decay``, ``schedule``, ``warmup``,
            ``batch_size`` (images, partners among them), ``max_steps``, ``validate_every`` (steps) and
            ``patience`` (validations).
        generator: source of the order of the images.
        precision: of the matrix products, see :func:`exoprobe.compute.choose_precision`.

    Raises:
        ExoprobeError: where the batch is too small for a pair, or the loss or the weights are not numbers.
    """
    if recipe["batch_size"] < objective.views:
        raise ExoprobeError(f"batch_size is {recipe['batch_size']}; an image and its partner are {objective.views}")
    optimizer = build_optimizer(nn.ModuleList([network, objective]), recipe)
    factor = learning_rate_factor(recipe)
    batches = endless_batches(len(data), recipe["batch_size"] // objective.views, generator)
    history: list[dict[str, Any]] = []
    losses: list[float] = []
    best = BestWeights()

    network.train()
    with progress(recipe["max_steps"], "step", log, "training") as bar:
        for step, rows in zip(range(1, recipe["max_steps"] + 1), batches, strict=False):
            rate = recipe["learning_rate"] * factor(step - 1)
            set_learning_rate(optimizer, rate)
            loss = _update(network, objective, data, rows, optimizer, precision)
            losses.append(_check_loss(loss, step, rate))
            bar.update()
            validating = step % recipe["validate_every"] == 0 or step == recipe["max_steps"]
            if validating or step % max(1, recipe["max_steps"] // LOSS_POINTS) == 0:
                history.append(_history_row(step, rate, losses, objective))
                losses.clear()
            if not validating:
                continue
            _check_weights(network, step, rate)
            measure = validation_measure(network, objective, validation, precision)
            history[-1].update(validation=measure, best=best.update(measure, network.state_dict()))
            log.info(_validation_line(history[-1], recipe, objective))
            if best.validations_since >= recipe["patience"]:
                log.info("converged: no better for %d validations", best.validations_since)
                break
        else:
            end = ", the end of the one_cycle schedule" if recipe["schedule"] == "one_cycle" else ""
            log.info("stopped at max_steps%s", end)
    return Trained(best.weights, history)


@torch.no_grad()
def validation_measure(
    network: nn.Module, objective: Objective, data: TrainingImages, precision: torch.dtype = torch.float32
) -> float:
    """Return the objective's measure averaged over all images of ``data``."""
    network.eval()
    total = 0.0
    with mixed_precision(data.images.device, precision):
        for images, labels in zip(
            data.images.split(EVALUATION_BATCH), data.labels.split(EVALUATION_BATCH), strict=True
        ):
            total += objective.measure(network(images), labels).double().sum().item()
    network.train()
    return total / len(data)


def _update(
    network: nn.Module,
    objective: Objective,
    data: TrainingImages,
    rows: Tensor,
    optimizer: torch.optim.Optimizer,
    precision: torch.dtype,
) -> float:
    """Take a step of the optimizer and return the loss before it."""
    with mixed_precision(data.images.device, precision):
        loss = objective.loss(network, data, rows)
    loss.backward()
    optimizer.step()
    optimizer.zero_grad()
    return loss.item()


def _check_loss(loss: float, step: int, rate: float) -> float:
    if not math.isfinite(loss):
        raise _diverged(f"the loss is {loss}", step, rate)
    return loss


def _check_weights(network: nn.Module, step: int, rate: float) -> None:
    """Refuse weights that the last update made infinite or NaN; after the last step no loss would show it."""
    if not all(bool(weight.isfinite().all()) for weight in network.parameters()):
        raise _diverged("weights are not numbers", step, rate)


def _diverged(what: str, step: int, rate: float) -> ExoprobeError:
    return ExoprobeError(f"training diverged: {what} at step {step}, learning rate {rate:.3g}; lower learning_rate")


def _history_row(step: int, rate: float, losses: list[float], objective: Objective) -> dict[str, Any]:
    row = {"step": step, "learning_rate": rate, "loss": sum(losses) / len(losses)}
    return {**row, "validation": None, "best": None, "measure": objective.measure_name}


def _validation_line(row: dict[str, Any], recipe: dict[str, Any], objective: Objective) -> str:
    return (
        f"step {row['step']}/{recipe['max_steps']}: loss {row['loss']:.4f}, "
        f"validation {objective.measure_name} {row['validation']:.4f}{' (best)' if row['best'] else ''}"
    )

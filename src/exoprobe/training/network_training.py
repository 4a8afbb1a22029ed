"""Training a network: an architecture with an objective, and their settings."""

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from exoprobe.training.architectures import build_network
from exoprobe.training.architectures.network import Network
from exoprobe.training.loop import Trained, train
from exoprobe.training.objectives import build_objective
from exoprobe.training.training_images import TrainingImages

BATCH = 256  # images that a teacher sees at a time


def train_network(
    model: dict[str, Any],
    data: TrainingImages,
    validation: TrainingImages,
    recipe: dict[str, Any],
    *,
    seed: int,
    precision: torch.dtype = torch.float32,
    targets: Tensor | None = None,
) -> tuple[Network, Trained]:
    """Train one network on images, or on features, in memory.

    Args:
        model: ``architecture`` and ``objective``, and their settings.
        data: training images, with labels from 0.
        validation: validation images of the same classes, on the same device.
        recipe: see :func:`exoprobe.training.loop.train`.
        seed: of the initial weights, the order of images and all that the objective draws.
        precision: of the matrix products.
        targets: for the objective ``mean_activation``, see :func:`mean_activations`.

    Returns:
        The network with its best weights, on the device of the data, and the training's outcome.
    """
    generator = torch.Generator().manual_seed(seed)
    classes = 0 if model["objective"] == "mean_activation" else int(data.labels.max()) + 1
    network = build_network(model, classes, generator)
    network = network.to(data.images.device).to(memory_format=torch.channels_last)
    objective = build_objective(model, data, generator, targets)
    trained = train(network, objective, data, validation, recipe, generator=generator, precision=precision)
    network.load_state_dict(trained.weights)
    return network.eval(), trained


@torch.inference_mode()
def mean_activations(network: Network, data: TrainingImages) -> Tensor:
    """Return the mean ip1 activations of each class, float32 [classes, 500]."""
    classes = int(data.labels.max()) + 1
    sums = torch.zeros(classes, network.ip1.out_features, dtype=torch.float64, device=data.images.device)
    for images, labels in zip(data.images.split(BATCH), data.labels.split(BATCH), strict=True):
        sums += F.one_hot(labels, classes).T.double() @ network(images)["ip1"].double()
    return (sums / data.labels.bincount()[:, None]).float()

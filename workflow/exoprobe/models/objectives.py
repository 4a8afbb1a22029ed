"""What the networks of section 4 are trained for.

An objective is a small class with a ``loss`` for a batch of training rows, and the ``measure`` (lower is better)
that selects the best checkpoint on validation, with its name.
"""

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exoprobe.models.training_images import Partners, TrainingImages


class Objective(Protocol):
    """What the training loop needs to know."""

    measure_name: str

    def loss(self, network: nn.Module, data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the scalar loss of these rows of the training images."""
        ...

    def measure(self, activations: dict[str, Tensor], labels: Tensor) -> Tensor:
        """Return the validation measure of each image [N], lower is better; its mean selects."""
        ...


class Softmax:
    """Softmax loss on ip2: LeNet (section 4.1)."""

    measure_name = "error"

    def loss(self, network: nn.Module, data: TrainingImages, rows: Tensor) -> Tensor:
        """Mean cross-entropy of the batch."""
        return F.cross_entropy(network(data.images[rows])["ip2"].float(), data.labels[rows])

    def measure(self, activations: dict[str, Tensor], labels: Tensor) -> Tensor:
        """1 where the softmax is wrong, else 0."""
        return (activations["ip2"].argmax(1) != labels).float()


class MeanActivation:
    """Euclidean loss between ip1 and a trained LeNet's mean activation vector of the class: µ-LeNet (4.2.1).

    Args:
        targets: float32 [classes, 500], see :func:`normalized_targets`.
    """

    measure_name = "loss"

    def __init__(self, targets: Tensor) -> None:
        self.targets = targets

    def loss(self, network: nn.Module, data: TrainingImages, rows: Tensor) -> Tensor:
        """Mean over the batch of ½ ‖ip1 − target‖², as Caffe's Euclidean loss."""
        return self.measure(network(data.images[rows]), data.labels[rows]).mean()

    def measure(self, activations: dict[str, Tensor], labels: Tensor) -> Tensor:
        """½ ‖ip1 − target‖² of each image."""
        return (activations["ip1"].float() - self.targets[labels]).square().sum(1) / 2


def normalized_targets(means: Tensor) -> Tensor:
    """Scale each feature element to [0, 1] over the class means (section 4.2.1's min-max normalization).

    Args:
        means: [classes, D], the trained LeNet's mean activation vectors.

    Returns:
        [classes, D]; an element that is the same for all classes, a dead unit, becomes 0.
    """
    low, high = means.amin(0), means.amax(0)
    return torch.where(high > low, (means - low) / (high - low).clamp_min(torch.finfo(means.dtype).tiny), 0)


class Pair:
    """Softmax loss on one image, Euclidean losses between it and a partner at several layers: PAIR-LeNet (4.2.2).

    Args:
        partners: who can be whose partner: rotations of one source digit, or all images of one class.
        layers: the layers whose activations are drawn together.
        weight: of each layer's mean squared difference against the softmax loss.
        generator: source of the partners.
    """

    measure_name = "error"

    def __init__(self, partners: Partners, layers: list[str], weight: float, generator: torch.Generator) -> None:
        self.partners = partners
        self.layers = layers
        self.weight = weight
        self.generator = generator

    def loss(self, network: nn.Module, data: TrainingImages, rows: Tensor) -> Tensor:
        """Cross-entropy of the rows plus the weighted mean squared differences to their partners."""
        both = torch.cat([rows, self.partners.draw(rows, self.generator)])
        activations = network(data.images[both])
        loss = F.cross_entropy(activations["ip2"][: len(rows)].float(), data.labels[rows])
        for layer in self.layers:
            first, second = activations[layer].float().chunk(2)
            loss = loss + self.weight * F.mse_loss(first, second)
        return loss

    def measure(self, activations: dict[str, Tensor], labels: Tensor) -> Tensor:
        """1 where the softmax is wrong, else 0."""
        return (activations["ip2"].argmax(1) != labels).float()

"""Euclidean loss between ip1 and a trained network's mean activation vector of the class: µ-LeNet (4.2.1)."""

import torch
from torch import Tensor, nn

from exoprobe.training.objectives.objective import Objective
from exoprobe.training.training_images import TrainingImages

SETTINGS = {"teacher": "text"}


class MeanActivation(Objective):
    """Half the squared distance of ip1 to the class's normalized target."""

    measure_name = "loss"
    targets: Tensor

    def set_up(self, data: TrainingImages) -> None:
        """Normalize the targets."""
        self.targets = normalized_targets(self.targets)

    def loss(self, network: nn.Module, data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the mean over the batch of ½ ‖ip1 − target‖², as Caffe's Euclidean loss."""
        return self.measure(network(data.images[rows]), data.labels[rows]).mean()

    def measure(self, activations: dict[str, Tensor], labels: Tensor) -> Tensor:
        """Return ½ ‖ip1 − target‖² of each image."""
        return (activations["ip1"].float() - self.targets[labels]).square().sum(1) / 2


def normalized_targets(means: Tensor) -> Tensor:
    """Scale each dimension to [0, 1] over the class means (section 4.2.1's min-max normalization).

    Args:
        means: [classes, D], the trained LeNet's mean activation vectors; NaN for a class that is not trained on.

    Returns:
        [classes, D]; a dimension that is the same for all classes, a dead unit, becomes 0.
    """
    trained = means[~means.isnan().any(1)]
    low, high = trained.amin(0), trained.amax(0)
    return torch.where(high > low, (means - low) / (high - low).clamp_min(torch.finfo(means.dtype).tiny), 0)

"""Center loss (Wen et al. 2016)."""

import torch
from torch import Tensor, nn

from exoprobe.training.architectures.network import FEATURES
from exoprobe.training.objectives.softmax_plus import SoftmaxPlus
from exoprobe.training.training_images import TrainingImages

SETTINGS = {"weight": "a number of at least 0"}


class Center(SoftmaxPlus):
    """ip1 drawn to a center of its class, which is learned with the network."""

    def set_up(self, data: TrainingImages) -> None:
        """Put every class's center at the origin."""
        super().set_up(data)
        self.centers = nn.Parameter(torch.zeros(int(data.labels.max()) + 1, FEATURES))

    def term(self, activations: dict[str, Tensor], data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the mean over the batch of ½ ‖ip1 − center‖²."""
        return (activations["ip1"].float() - self.centers[data.labels[rows]]).square().sum(1).mean() / 2

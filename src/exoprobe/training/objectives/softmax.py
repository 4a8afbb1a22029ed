"""Softmax loss on ip2: LeNet (section 4.1)."""

import torch.nn.functional as F
from torch import Tensor, nn

from exoprobe.training.objectives.objective import Objective
from exoprobe.training.training_images import TrainingImages

SETTINGS: dict[str, str] = {}


class Softmax(Objective):
    """The mean cross-entropy."""

    def loss(self, network: nn.Module, data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the mean cross-entropy of the batch."""
        return F.cross_entropy(network(data.images[rows])["ip2"].float(), data.labels[rows])

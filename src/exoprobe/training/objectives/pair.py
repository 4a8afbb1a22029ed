"""Euclidean losses between two images at several layers: PAIR-LeNet (section 4.2.2)."""

import torch
import torch.nn.functional as F
from torch import Tensor

from exoprobe.training.objectives.softmax_plus import SoftmaxPlus
from exoprobe.training.training_images import TrainingImages

SETTINGS = {"pairs": "source or class", "layers": "a list of layers", "weight": "a number of at least 0"}


class Pair(SoftmaxPlus):
    """Each row and its partner drawn together at the ``layers``."""

    views = 2

    def term(self, activations: dict[str, Tensor], data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the sum over the layers of the mean squared difference."""
        pairs = [layer.float().chunk(2) for layer in self.drawn_together(activations)]
        return sum((F.mse_loss(images, partners) for images, partners in pairs), torch.zeros(()))

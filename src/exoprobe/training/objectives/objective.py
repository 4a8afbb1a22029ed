"""What a network is trained for: the loss of a batch, and the measure that selects the best weights."""

from typing import Any

import torch
from torch import Tensor, nn

from exoprobe.training.training_images import TrainingImages


class Objective(nn.Module):
    """What the training loop needs to know. An objective's own parameters are trained with the network's.

    Args:
        settings: the variant's entry in the configuration.
        data: the training images.
        generator: source of all that is drawn.
        targets: what ip1 is to become, float32 [classes, 500], where the objective regresses to something.

    Attributes:
        views: images that the loss makes of each row: 1, or 2 where it draws a partner.
        measure_name: of what :meth:`measure` returns.
    """

    targets: Tensor | None
    views = 1
    measure_name = "error"

    def __init__(
        self,
        settings: dict[str, Any],
        data: TrainingImages,
        generator: torch.Generator,
        targets: Tensor | None = None,
    ) -> None:
        super().__init__()
        self.settings = settings
        self.generator = generator
        self.register_buffer("targets", targets)
        self.set_up(data)

    def set_up(self, data: TrainingImages) -> None:
        """Make what the loss needs, parameters among it."""

    def loss(self, network: nn.Module, data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the scalar loss of these rows of the training images."""
        raise NotImplementedError

    def measure(self, activations: dict[str, Tensor], labels: Tensor) -> Tensor:
        """Return the validation measure of each image [N], lower is better: here 1 where the softmax is wrong."""
        return (activations["ip2"].argmax(1) != labels).float()

"""Supervised contrastive loss (Khosla et al. 2020)."""

from torch import Tensor

from exoprobe.training.objectives.softmax_plus import SoftmaxPlus
from exoprobe.training.training_images import TrainingImages

SETTINGS = {"temperature": "a number above 0", "weight": "a number of at least 0"}


class Contrastive(SoftmaxPlus):
    """Cosines of ip1 within the batch: high to images of the same class, low to all others."""

    def set_up(self, data: TrainingImages) -> None:
        """Build the loss at the configured ``temperature``."""
        from pytorch_metric_learning.losses import SupConLoss  # seconds to import; only this objective waits

        super().set_up(data)
        self.contrast = SupConLoss(self.settings["temperature"])

    def term(self, activations: dict[str, Tensor], data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the mean supervised contrastive loss."""
        return self.contrast(activations["ip1"].float(), data.labels[rows])

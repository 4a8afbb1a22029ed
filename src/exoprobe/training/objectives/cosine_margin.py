"""Softmax on cosines with a margin (CosFace, Wang et al. 2018), how networks for faces are trained today."""

from torch import Tensor, nn

from exoprobe.training.architectures.network import FEATURES
from exoprobe.training.objectives.objective import Objective
from exoprobe.training.training_images import TrainingImages

SETTINGS = {"margin": "a number of at least 0", "scale": "a number above 0"}


class CosineMargin(Objective):
    """The cosine of ip1 to a learned direction of its class, above all others by a ``margin``."""

    def set_up(self, data: TrainingImages) -> None:
        """Draw the classes' directions."""
        from pytorch_metric_learning.losses import CosFaceLoss  # seconds to import; only this objective waits

        settings = {name: self.settings[name] for name in SETTINGS}
        self.cosines = CosFaceLoss(int(data.labels.max()) + 1, FEATURES, **settings)
        nn.init.normal_(self.cosines.W, generator=self.generator)

    def loss(self, network: nn.Module, data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the mean cross-entropy of the scaled cosines, less the margin for the image's own class."""
        return self.cosines(network(data.images[rows])["ip1"].float(), data.labels[rows])

    def measure(self, activations: dict[str, Tensor], labels: Tensor) -> Tensor:
        """Return 1 where another class's direction is the nearest, else 0."""
        return (self.cosines.get_logits(activations["ip1"].float()).argmax(1) != labels).float()

"""Several images of one class at once: batch-PAIR, as the paper sketches it (outlook of section 4.2.2)."""

import torch
from torch import Tensor

from exoprobe.training.objectives.softmax_plus import SoftmaxPlus
from exoprobe.training.training_images import TrainingImages

SETTINGS = {"layers": "a list of layers", "weight": "a number of at least 0"}


class BatchPair(SoftmaxPlus):
    """All images of a class in the batch drawn to their mean at the ``layers``."""

    def term(self, activations: dict[str, Tensor], data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the sum over the layers of the mean squared difference to the class's mean in the batch."""
        labels = data.labels[rows]
        layers = [layer.float().flatten(1) for layer in self.drawn_together(activations)]
        return sum((spread(layer, labels) for layer in layers), torch.zeros(()))


def spread(features: Tensor, labels: Tensor) -> Tensor:
    """Return the mean squared difference of features [N, D] to the mean of those with the same label [N]."""
    classes, index, counts = labels.unique(return_inverse=True, return_counts=True)
    sums = features.new_zeros(len(classes), features.shape[1]).index_add(0, index, features)
    return (features - (sums / counts[:, None])[index]).square().mean()

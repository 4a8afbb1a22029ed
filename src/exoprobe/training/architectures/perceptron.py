"""A network for vectors, such as features of faces that another network computed: one hidden layer, ip1."""

import torch
import torch.nn.functional as F
from torch import Tensor

from exoprobe.training.architectures.network import Network, fill_for_relu

SETTINGS = {"inputs": "a whole number"}


class Perceptron(Network):
    """ip1 500 → ReLU → ip2, on vectors brought to mean 0 and variance 1 each.

    Args:
        classes: outputs of ip2; 0 leaves ip2 away.
        generator: source of the initial weights.
        inputs: length of the vectors.
    """

    layers = ()

    def __init__(self, classes: int, generator: torch.Generator | None = None, *, inputs: int) -> None:
        super().__init__()
        self.end_with_inner_products(inputs, classes)
        fill_for_relu(self, generator)

    def forward(self, vectors: Tensor) -> dict[str, Tensor]:
        """Map float32 [N, inputs] to ``ip1`` [N, 500] after its ReLU and, unless truncated, ``ip2``, the logits."""
        return self.inner_products(F.layer_norm(vectors, vectors.shape[1:]))

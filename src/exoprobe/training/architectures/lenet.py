"""LeNet as Caffe ships it (``examples/mnist/lenet_train_test.prototxt``), the network of section 4.

conv1 20@5×5 → max-pool 2 → conv2 50@5×5 → max-pool 2 → ip1 500 → ReLU, the only one → ip2 10.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exoprobe.training.architectures.network import Network, fill_like_caffe

SETTINGS: dict[str, str] = {}
LAYERS = ("conv1", "pool1", "conv2", "pool2")


class LeNet(Network):
    """Caffe's LeNet, or µ-LeNet where it is truncated after ip1.

    Args:
        classes: outputs of ip2; 0 leaves ip2 away (µ-LeNet, section 4.2.1).
        generator: source of the initial weights.
    """

    layers = LAYERS

    def __init__(self, classes: int = 10, generator: torch.Generator | None = None) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 20, 5)
        self.conv2 = nn.Conv2d(20, 50, 5)
        self.end_with_inner_products(50 * 4 * 4, classes)
        for layer in self.children():
            if isinstance(layer, nn.Conv2d | nn.Linear):
                fill_like_caffe(layer, generator)

    def forward(self, images: Tensor) -> dict[str, Tensor]:
        """Compute every layer's activations.

        Args:
            images: uint8 [N, 1, 28, 28], pixels from 0 to 255.

        Returns:
            ``conv1`` [N, 20, 24, 24], ``pool1`` [N, 20, 12, 12], ``conv2`` [N, 50, 8, 8], ``pool2``
            [N, 50, 4, 4], ``ip1`` [N, 500] after its ReLU and, unless truncated, ``ip2`` [N, classes], the
            logits.
        """
        conv1 = self.conv1(self.scaled(images))
        pool1 = F.max_pool2d(conv1, 2)
        conv2 = self.conv2(pool1)
        pool2 = F.max_pool2d(conv2, 2)
        maps = {"conv1": conv1, "pool1": pool1, "conv2": conv2, "pool2": pool2}
        return {**maps, **self.inner_products(pool2)}

"""Variance, invariance and covariance of two views (VICReg, Bardes et al. 2022)."""

import torch
from torch import Tensor

from exoprobe.training.objectives.softmax_plus import SoftmaxPlus
from exoprobe.training.training_images import TrainingImages

SETTINGS = {"weight": "a number of at least 0"}

INVARIANCE, VARIANCE, COVARIANCE = 25.0, 25.0, 1.0  # the paper's weights
EPSILON = 1e-4  # under the root, the paper's


class VICReg(SoftmaxPlus):
    """ip1 of a row and of its partner agree; its dimensions have unit variance or more, and are uncorrelated."""

    views = 2

    def term(self, activations: dict[str, Tensor], data: TrainingImages, rows: Tensor) -> Tensor:
        """Return the weighted sum of the three terms."""
        first, second = activations["ip1"].float().chunk(2)
        invariance = (first - second).square().mean()
        variance = (too_little_variance(first) + too_little_variance(second)) / 2
        covariance = squared_covariances(first) + squared_covariances(second)
        return INVARIANCE * invariance + VARIANCE * variance + COVARIANCE * covariance


def too_little_variance(features: Tensor) -> Tensor:
    """Return by how much the standard deviations of features [N, D] stay below 1 on average."""
    return torch.relu(1 - (features.var(0) + EPSILON).sqrt()).mean()


def squared_covariances(features: Tensor) -> Tensor:
    """Return the sum of the squared covariances between different dimensions of features [N, D], divided by D."""
    centered = features - features.mean(0)
    covariance = centered.T @ centered / (len(features) - 1)
    return (covariance.square().sum() - covariance.diagonal().square().sum()) / features.shape[1]

"""Features of an untrained digit network: a control."""

import numpy as np
import torch

from exoprobe.embeddings.extraction import layer_batches
from exoprobe.training.architectures import build_network


def untrained_features(images: np.ndarray, layer: str, seed: int) -> np.ndarray:
    """Return a layer of a LeNet with random weights, float32 [N, D], of uint8 images [N, 28, 28]."""
    network = build_network({}, 0, torch.Generator().manual_seed(seed)).to(memory_format=torch.channels_last).eval()
    return np.concatenate(list(layer_batches(network, torch.from_numpy(images).unsqueeze(1), layer)))

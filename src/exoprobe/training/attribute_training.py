"""Training the attribute network on AFFACT's jittered crops."""

import logging
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.transforms.v2.functional import gaussian_blur

from exoprobe.compute import choose_device, choose_precision, device_name
from exoprobe.datasets.images import ImageFiles
from exoprobe.datasets.landmarks import read_landmarks
from exoprobe.datasets.samples import read_samples
from exoprobe.embeddings.crops import Crop, crop_face
from exoprobe.progress import progress
from exoprobe.training.attribute_network import MARGIN, AttributeNetwork, balancing_weights
from exoprobe.training.checkpoint import save_history, save_weights
from exoprobe.training.loop import train
from exoprobe.training.objectives.objective import Objective
from exoprobe.training.training_images import TrainingImages

log = logging.getLogger(__name__)

WIDE_MARGIN = 0.25  # of the crops kept in memory, so that jittered ones stay inside
# Standard deviations of the jitter: of the logarithm of the size, of the angle, of the shift in crop sides.
SIZE_SD, ANGLE_SD, SHIFT_SD, LARGEST_BLUR = 0.1, math.radians(10), 0.05, 1.5


class BalancedAttributes(Objective):
    """Euclidean loss between outputs and ±1, weighted toward a balanced distribution (MOON), on jittered crops.

    Its setting is ``size``, the side of the crops that the network sees.
    """

    measure_name = "balanced error"

    def set_up(self, data: TrainingImages) -> None:
        """Balance the attributes of the training images."""
        self.weights = balancing_weights(data.labels)

    def loss(self, network: nn.Module, data: TrainingImages, rows: Tensor) -> Tensor:
        """Mean over batch and attributes of the weighted squared differences."""
        outputs = network(jitter(data.images[rows], self.settings["size"], self.generator))["attributes"].float()
        present = data.labels[rows]
        weights = torch.where(present, self.weights[1], self.weights[0])
        return (weights * (outputs - 2.0 * present + 1).square()).mean()

    def measure(self, activations: dict[str, Tensor], labels: Tensor) -> Tensor:
        """Weighted errors of each image [N] over the attributes."""
        wrong = (activations["attributes"] >= 0) != labels
        weights = torch.where(labels, self.weights[1], self.weights[0])
        return (wrong * weights).sum(1) / weights.sum(1)


def train_attribute_network(
    samples: str | Path,
    images: str | Path,
    landmarks: str | Path,
    weights: str | Path,
    history: str | Path,
    *,
    attributes: list[str],
    settings: dict[str, Any],
    seed: int,
    device: str = "auto",
    precision: str = "auto",
) -> None:
    """Train on the official training partition; validation selects the weights.

    Args:
        samples: the dataset, with official partitions.
        images: folder of its image files.
        landmarks: where the faces are.
        weights: the safetensors file to write.
        history: the Parquet file to write.
        attributes: columns of the dataset.
        settings: ``architecture``, ``size`` and ``recipe``, see :func:`exoprobe.training.loop.train`.
        seed: of the initial weights, the batches and the jitter.
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``float32`` or ``bfloat16``.
    """
    where, size = choose_device(device), settings["size"]
    dtype = choose_precision(precision, where)
    torch.manual_seed(seed)  # torchvision's initial weights take no generator
    generator = torch.Generator().manual_seed(seed)
    wide = Crop(round(size * (1 + 2 * WIDE_MARGIN) / (1 + 2 * MARGIN)), "box", margin=WIDE_MARGIN)
    data = load_crops(samples, images, landmarks, "train", attributes, wide, where)
    validation = load_crops(samples, images, landmarks, "validation", attributes, _seen(size), where)
    network = AttributeNetwork(settings["architecture"], len(attributes)).to(where)
    network = network.to(memory_format=torch.channels_last)
    objective = BalancedAttributes(settings, data, generator)
    trained = train(network, objective, data, validation, settings["recipe"], generator=generator, precision=dtype)
    metadata = {
        "architecture": settings["architecture"],
        "size": str(size),
        "attributes": ",".join(attributes),
        "seed": str(seed),
        "device": device_name(where),
        "precision": str(dtype),
    }
    save_weights(weights, trained.weights, metadata)
    save_history(history, trained.history)


def load_crops(
    samples: str | Path,
    images: str | Path,
    landmarks: str | Path,
    split: str,
    attributes: list[str],
    crop: Crop,
    device: torch.device,
) -> TrainingImages:
    """Cut the faces of one split out and keep them in memory."""
    table = read_samples(samples, ["file", "group", "split", *attributes])
    rows = np.flatnonzero(table["split"] == split)
    faces = read_landmarks(landmarks).iloc[rows].to_dict("records")
    files = ImageFiles(images)
    crops = torch.empty(len(rows), 3, crop.size, crop.size, dtype=torch.uint8)
    with progress(len(rows), "image", log, f"loading {split}") as bar:
        for index, (row, face) in enumerate(zip(rows, faces, strict=True)):
            crops[index] = torch.from_numpy(crop_face(files.load(table["file"][row]), face, crop))
            bar.update()
    labels = torch.from_numpy(np.stack([table[name][rows] > 0 for name in attributes], axis=1))
    return TrainingImages(crops.to(device), labels.to(device), torch.from_numpy(table["group"][rows]).to(device))


def jitter(images: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """Cut turned, scaled, shifted, mirrored and blurred crops out of wider ones (AFFACT's augmentation).

    Args:
        images: uint8 [N, 3, wide, wide].
        size: side of the crops to return.
        generator: source of the jitter.

    Returns:
        float32 [N, 3, size, size], from 0 to 255.
    """
    count = len(images)
    normal = torch.randn(4, count, generator=generator)
    scale = size / images.shape[-1] * torch.exp(SIZE_SD * normal[0])
    angle, shift = ANGLE_SD * normal[1], 2 * SHIFT_SD * normal[2:]
    mirror = torch.randint(0, 2, (count,), generator=generator) * 2.0 - 1
    cos, sin = scale * torch.cos(angle), scale * torch.sin(angle)
    matrix = torch.stack([mirror * cos, -sin, shift[0], mirror * sin, cos, shift[1]], dim=1).view(-1, 2, 3)
    grid = F.affine_grid(matrix, [count, 3, size, size], align_corners=False).to(images.device)
    crops = F.grid_sample(images.float(), grid, padding_mode="border", align_corners=False)
    blur = LARGEST_BLUR * float(torch.rand((), generator=generator))
    return gaussian_blur(crops, [5, 5], [max(blur, 0.1)] * 2)


def _seen(size: int) -> Crop:
    return Crop(size, "box", margin=MARGIN)

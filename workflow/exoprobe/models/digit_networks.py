"""Training a network of section 4 from files to files: LeNet, µ-LeNet or PAIR-LeNet, as configured."""

import logging
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from exoprobe.compute import choose_device, choose_precision, device_name
from exoprobe.data.samples import read_samples
from exoprobe.features.class_means import class_means
from exoprobe.features.split_features import split_blocks
from exoprobe.models.checkpoint import load_weights, save_history, save_weights
from exoprobe.models.lenet import LeNet
from exoprobe.models.objectives import MeanActivation, Objective, Pair, Softmax, normalized_targets
from exoprobe.models.training import train
from exoprobe.models.training_images import Partners, TrainingImages

log = logging.getLogger(__name__)


def train_digit_network(
    samples: str | Path,
    weights: str | Path,
    history: str | Path,
    *,
    model: dict[str, Any],
    recipe: dict[str, Any],
    seed: int,
    device: str = "auto",
    precision: str = "auto",
    teacher_features: str | Path | None = None,
) -> None:
    """Train one network and write its best weights and its history.

    Args:
        samples: the dataset.
        weights: the safetensors file to write.
        history: the Parquet file to write.
        model: the configuration's entry of this model: ``objective`` and its settings.
        recipe: see :func:`exoprobe.models.training.train`.
        seed: of the initial weights, the order of images and the pairs.
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``float32`` or ``bfloat16``.
        teacher_features: the trained LeNet's ip1, for the objective ``mean_activation``.
    """
    where = choose_device(device)
    dtype = choose_precision(precision, where)
    generator = torch.Generator().manual_seed(seed)
    data, validation = (load_images(samples, split, where) for split in ("train", "validation"))
    network = LeNet(_outputs(model, data.labels), generator).to(where, memory_format=torch.channels_last)
    means = None
    if teacher_features is not None:
        means = class_means(split_blocks(samples, teacher_features, "train"), data.labels.cpu().numpy())
    objective = build_objective(model, data, generator, means)
    log.info("%d training images on %s, %s", len(data), device_name(where), str(dtype).removeprefix("torch."))
    trained = train(network, objective, data, validation, recipe, generator=generator, precision=dtype)
    metadata = {
        "objective": model["objective"],
        "seed": str(seed),
        "device": device_name(where),
        "precision": str(dtype),
    }
    save_weights(weights, trained.weights, metadata)
    save_history(history, [{**row, "measure": objective.measure_name} for row in trained.history])


def load_images(samples: str | Path, split: str, device: torch.device) -> TrainingImages:
    """Read one split's images into memory, on the device."""
    columns = read_samples(samples, ["image", "label", "group"], split)
    return TrainingImages(
        torch.from_numpy(columns["image"]).unsqueeze(1).to(device),
        torch.from_numpy(columns["label"]).to(device),
        torch.from_numpy(columns["group"]).to(device),
    )


def load_network(weights: str | Path) -> LeNet:
    """Rebuild a trained network, truncated or not, from its weights."""
    state = load_weights(weights)
    network = LeNet(len(state["ip2.bias"]) if "ip2.bias" in state else 0)
    network.load_state_dict(state)
    return network.to(memory_format=torch.channels_last).eval()


def build_objective(
    model: dict[str, Any],
    data: TrainingImages,
    generator: torch.Generator,
    teacher_means: np.ndarray | None,
) -> Objective:
    """Build the objective that the configuration's ``model`` entry names."""
    if model["objective"] == "softmax":
        return Softmax()
    if model["objective"] == "mean_activation":
        return MeanActivation(normalized_targets(torch.from_numpy(teacher_means).float()).to(data.images.device))
    keys = data.groups if model["pairs"] == "source" else data.labels
    return Pair(Partners(keys.cpu()), model["layers"], model["weight"], generator)


def _outputs(model: dict[str, Any], labels: Tensor) -> int:
    return 0 if model["objective"] == "mean_activation" else int(labels.max()) + 1

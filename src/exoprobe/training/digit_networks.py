"""Training a variant on digits, from files to files."""

import json
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from exoprobe.compute import choose_device, choose_precision, device_name
from exoprobe.datasets.samples import read_samples
from exoprobe.errors import ExoprobeError
from exoprobe.features.class_means import class_means
from exoprobe.features.split_features import split_blocks
from exoprobe.training.checkpoint import save_history, save_weights
from exoprobe.training.stored_network import load_network
from exoprobe.training.training_images import TrainingImages
from exoprobe.training.variants import mean_activations, train_variant

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
    teacher_weights: str | Path | None = None,
    only: dict[str, list] | None = None,
    nuisances: Sequence[str] = (),
) -> None:
    """Train one network and write its best weights and its history.

    Args:
        samples: the dataset.
        weights: the safetensors file to write.
        history: the Parquet file to write.
        model: the variant: ``architecture`` and ``objective``, and their settings.
        recipe: see :func:`exoprobe.training.loop.train`.
        seed: of the initial weights, the order of images and all that the objective draws.
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``float32`` or ``bfloat16``.
        teacher_features: a trained teacher's ip1 of all samples, for the objective ``mean_activation``, or …
        teacher_weights: … the teacher itself.
        only: the rows to train and to validate on: for columns of the dataset, the values that they must have.
        nuisances: factor columns of the dataset that an adversary may see.

    Raises:
        ExoprobeError: where ``only`` leaves no row of a split.
    """
    where = choose_device(device)
    dtype = choose_precision(precision, where)
    data, validation = (load_images(samples, split, where, only, nuisances) for split in ("train", "validation"))
    targets = None
    if teacher_weights is not None:
        targets = mean_activations(load_network(teacher_weights).to(where), data)
    elif teacher_features is not None:
        features = split_blocks(samples, teacher_features, "train", chosen_rows(samples, "train", only))
        targets = torch.from_numpy(class_means(features, data.labels.cpu().numpy())).float()
    log.info("%d training images on %s, %s", len(data), device_name(where), str(dtype).removeprefix("torch."))
    _, trained = train_variant(model, data, validation, recipe, seed=seed, precision=dtype, targets=targets)
    metadata = {
        "settings": json.dumps(model),
        "seed": str(seed),
        "device": device_name(where),
        "precision": str(dtype),
    }
    save_weights(weights, trained.weights, metadata)
    save_history(history, trained.history)


def load_images(
    samples: str | Path,
    split: str,
    device: torch.device,
    only: dict[str, list] | None = None,
    nuisances: Sequence[str] = (),
) -> TrainingImages:
    """Read one split's images into memory, on the device; see :func:`train_digit_network`."""
    columns = read_samples(samples, ["image", "label", "group", *nuisances], split)
    rows = chosen_rows(samples, split, only)

    def tensor(name: str) -> Tensor:
        return torch.from_numpy(columns[name][rows]).to(device)

    factors = torch.stack([tensor(name).float() for name in nuisances], dim=1) if nuisances else None
    return TrainingImages(tensor("image").unsqueeze(1), tensor("label"), tensor("group"), factors)


def chosen_rows(samples: str | Path, split: str, only: dict[str, list] | None) -> np.ndarray | slice:
    """Return which rows of a split, bool [N], have one of the values asked for in every column of ``only``.

    Raises:
        ExoprobeError: where there is none.
    """
    if not only:
        return slice(None)
    columns = read_samples(samples, list(only), split)
    chosen = np.all([np.isin(columns[name], values) for name, values in only.items()], axis=0)
    if not chosen.any():
        raise ExoprobeError(f"{samples}: no row of {split} has {only}; nothing is left to train on")
    return chosen

"""Training a network on digits, from files to files."""

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
from exoprobe.training.checkpoint import save_history, save_weights
from exoprobe.training.network_training import mean_activations, train_network
from exoprobe.training.stored_network import load_network
from exoprobe.training.training_images import TrainingImages

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
    teacher: str | Path | None = None,
    row_filter: dict[str, list[Any]] | None = None,
    nuisances: Sequence[str] = (),
) -> None:
    """Train one network and write its best weights and its history.

    Args:
        samples: the dataset.
        weights: the safetensors file to write.
        history: the Parquet file to write.
        model: ``architecture`` and ``objective``, and their settings.
        recipe: see :func:`exoprobe.training.loop.train`.
        seed: of the initial weights, the order of images and all that the objective draws.
        device: ``auto``, ``cpu`` or ``cuda``.
        precision: ``auto``, ``float32`` or ``bfloat16``.
        teacher: the weights of a trained network, for the objective ``mean_activation``.
        row_filter: the rows to train and to validate on: for columns of the dataset, the values that they must have.
        nuisances: factor columns of the dataset that an adversary may see.

    Raises:
        ExoprobeError: where ``row_filter`` leaves no row of a split.
    """
    where = choose_device(device)
    dtype = choose_precision(precision, where)
    data, validation = (load_images(samples, split, where, row_filter, nuisances) for split in ("train", "validation"))
    targets = None
    if teacher is not None:
        targets = mean_activations(load_network(teacher).to(where), data)
    log.info("%d training images on %s, %s", len(data), device_name(where), str(dtype).removeprefix("torch."))
    _, trained = train_network(model, data, validation, recipe, seed=seed, precision=dtype, targets=targets)
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
    row_filter: dict[str, list[Any]] | None = None,
    nuisances: Sequence[str] = (),
) -> TrainingImages:
    """Read one split's images into memory, on the device; see :func:`train_digit_network`."""
    columns = read_samples(samples, ["image", "label", "group", *nuisances], split)
    rows = chosen_rows(samples, split, row_filter)

    def tensor(name: str) -> Tensor:
        return torch.from_numpy(columns[name][rows]).to(device)

    factors = torch.stack([tensor(name).float() for name in nuisances], dim=1) if nuisances else None
    return TrainingImages(tensor("image").unsqueeze(1), tensor("label"), tensor("group"), factors)


def chosen_rows(samples: str | Path, split: str, row_filter: dict[str, list[Any]] | None) -> np.ndarray | slice:
    """Return which rows of a split, bool [N], have one of the values asked for in every column of ``row_filter``.

    Raises:
        ExoprobeError: where there is none.
    """
    if not row_filter:
        return slice(None)
    columns = read_samples(samples, list(row_filter), split)
    chosen = np.all([np.isin(columns[name], values) for name, values in row_filter.items()], axis=0)
    if not chosen.any():
        raise ExoprobeError(f"{samples}: no row of {split} has {row_filter}; nothing is left to train on")
    return chosen

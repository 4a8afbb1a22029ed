"""Networks trained on cached features to recognize identities, and their features of unseen identities."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from exoprobe.datasets.open_set_split import OpenSetSplit, split_identities
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.embeddings.extraction import layer_batches
from exoprobe.features.feature_file import FeatureInfo, read_features, write_features
from exoprobe.io.files import digest_of
from exoprobe.training.architectures.network import Network
from exoprobe.training.network_training import mean_activations, train_network
from exoprobe.training.training_images import TrainingImages

log = logging.getLogger(__name__)


def embed_identities(
    samples: str | Path,
    features: str | Path,
    paths: Sequence[str | Path],
    *,
    model: dict[str, Any],
    recipe: dict[str, Any],
    teacher: dict[str, Any] | None,
    folds: int,
    split_seed: int,
    seed: int,
    code_digest: str,
) -> None:
    """Train a network on the identities of each fold, and write its ip1 of everyone.

    Nothing is chosen on the held-out images: networks are trained to the end.

    Args:
        samples: the faces.
        features: the representation that the networks see.
        paths: a feature file to write per fold.
        model: the network: ``objective`` and its settings; the architecture is the perceptron.
        recipe: see :func:`exoprobe.training.loop.train`.
        teacher: the network whose mean activation vectors are the targets, trained by the same recipe first.
        folds: see :func:`exoprobe.datasets.open_set_split.split_identities`.
        split_seed: of the split.
        seed: of the training.
        code_digest: of the code that computes them, for the footer.
    """
    columns = read_samples(samples, ["sample_id", "group", "split"])
    vectors = torch.from_numpy(read_features(features, dataset_digest=dataset_digest(samples))).float()
    recipe = {**recipe, "validate_every": recipe["max_steps"]}
    splits = split_identities(columns["group"], columns["split"], folds=folds, seed=split_seed)
    for number, (split, path) in enumerate(zip(splits, paths, strict=True)):
        data, held_out = training_identities(vectors, columns["group"], split)
        log.info("fold %d: %d images of %d identities", number, len(data), int(data.labels.max()) + 1)
        network = _train(model, teacher, data, held_out, recipe, seed)
        _write_layer(network, vectors, columns["sample_id"], path, samples, features, code_digest)


def training_identities(
    vectors: Tensor, identities: np.ndarray, split: OpenSetSplit
) -> tuple[TrainingImages, TrainingImages]:
    """Return the features [N, D] to train on and the held-out ones of the same identities, numbered from 0."""
    known = np.unique(identities[split.fitted])

    def chosen(rows: np.ndarray) -> TrainingImages:
        labels = torch.from_numpy(np.searchsorted(known, identities[rows]))
        return TrainingImages(vectors[torch.from_numpy(rows)], labels, labels)

    return chosen(split.fitted), chosen(split.held_out)


def _train(
    model: dict[str, Any],
    teacher: dict[str, Any] | None,
    data: TrainingImages,
    held_out: TrainingImages,
    recipe: dict[str, Any],
    seed: int,
) -> Network:
    shape = {"architecture": "perceptron", "inputs": data.images.shape[1]}
    targets = None
    if teacher is not None:
        teaching, _ = train_network({**teacher, **shape}, data, held_out, recipe, seed=seed)
        targets = mean_activations(teaching, data)
    network, trained = train_network({**model, **shape}, data, held_out, recipe, seed=seed, targets=targets)
    log.info("held-out images: %(measure)s %(validation).4f", trained.history[-1])
    return network


def _write_layer(
    network: Network,
    vectors: Tensor,
    sample_ids: np.ndarray,
    path: str | Path,
    samples: str | Path,
    features: str | Path,
    code_digest: str,
) -> None:
    info = FeatureInfo(
        dimension=network.ip1.out_features,
        dtype="float32",
        rows=len(vectors),
        layer="ip1",
        dataset_digest=dataset_digest(samples),
        weights_digest=digest_of(*(memoryview(weight.numpy()) for weight in network.state_dict().values())),
        code_digest=code_digest,
    )
    write_features(path, sample_ids, layer_batches(network, vectors, "ip1"), info)

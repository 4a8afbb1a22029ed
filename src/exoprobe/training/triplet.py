"""A learned metric embedding of cached features: section 3's "after".

Linear, as the triplet embedding of the paper's features (Sankaranarayanan et al. 2016): centered features of unit
length → a matrix, started at the principal axes → unit length. The loss is the soft-margin triplet loss with the
hardest negative of the batch (Hermans et al. 2017).
"""

import logging
import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.datasets.split_features import read_split_features
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, read_features, write_features
from exoprobe.io.files import digest_of_file
from exoprobe.progress import progress
from exoprobe.training.best_weights import BestWeights
from exoprobe.training.checkpoint import load_weights, save_history, save_weights
from exoprobe.training.training_images import Partners

log = logging.getLogger(__name__)

SHARPNESS = 10.0  # of the soft margin, for cosines


def train_embedding(
    samples: str | Path,
    features: str | Path,
    weights: str | Path,
    history: str | Path,
    *,
    settings: dict[str, Any],
    seed: int,
) -> None:
    """Learn the embedding on the training identities, stopping by the loss on the validation identities.

    Args:
        samples: the dataset, with official partitions.
        features: the representation to embed.
        weights: the safetensors file to write: ``mean`` [D] and ``matrix`` [dimension, D].
        history: the Parquet file to write.
        settings: ``dimension``, ``learning_rate``, ``batch_size`` (pairs), ``validate_every`` and ``patience``.
        seed: of the batches.

    Raises:
        ExoprobeError: where no identity has two images, or the dimension exceeds the features'.
    """
    generator = torch.Generator().manual_seed(seed)
    data, validation = (
        _Pairs(
            torch.from_numpy(read_split_features(samples, features, split)),
            torch.from_numpy(read_samples(samples, ["group"], split)["group"]),
            split,
        )
        for split in ("train", "validation")
    )
    mean = data.features.mean(0)
    matrix = principal_axes(data.features - mean, settings["dimension"]).requires_grad_()
    optimizer = torch.optim.Adam([matrix], lr=settings["learning_rate"])
    held_out = validation.draw(len(validation.identities), torch.Generator().manual_seed(seed))
    best, rows = BestWeights(), []
    with progress(None, "step", log, "learning the embedding") as bar:
        while best.validations_since < settings["patience"]:
            losses = []
            for _ in range(settings["validate_every"]):
                losses.append(_update(optimizer, data.draw(settings["batch_size"], generator), mean, matrix))
                bar.update()
                if not (math.isfinite(losses[-1]) and matrix.isfinite().all()):
                    raise ExoprobeError(
                        f"the embedding diverged: the loss is {losses[-1]} at step {bar.n}, learning rate "
                        f"{settings['learning_rate']:.3g}; lower faces.triplet.learning_rate"
                    )
            with torch.no_grad():
                measure = validation_loss(held_out, mean, matrix, settings["batch_size"])
            improved = best.update(measure, {"matrix": matrix.detach()})
            row = {"step": bar.n, "learning_rate": settings["learning_rate"], "loss": float(np.mean(losses))}
            rows.append({**row, "validation": measure, "best": improved, "measure": "triplet loss"})
            log.info("step %d: loss %.4f, validation %.4f", bar.n, row["loss"], measure)
    save_weights(weights, {"mean": mean, **best.weights}, {"features": str(features), "seed": str(seed)})
    save_history(history, rows)


def _update(optimizer: torch.optim.Optimizer, pairs: tuple[Tensor, Tensor], mean: Tensor, matrix: Tensor) -> float:
    """Take one step of the optimizer and return the loss before it."""
    loss = triplet_loss(*(embed(features, mean, matrix) for features in pairs))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    return loss.item()


def apply_embedding(
    samples: str | Path,
    features: str | Path,
    weights: str | Path,
    path: str | Path,
    *,
    code_digest: str,
    dtype: str = "float32",
) -> None:
    """Embed every sample and write the feature file, as ``float32`` or ``float16``."""
    state = load_weights(weights)
    embedded = embed(torch.from_numpy(read_features(features, dataset_digest=dataset_digest(samples))), **state)
    info = FeatureInfo(
        dimension=embedded.shape[1],
        dtype=dtype,
        rows=len(embedded),
        layer="embedding",
        dataset_digest=dataset_digest(samples),
        weights_digest=digest_of_file(weights),
        code_digest=code_digest,
    )
    ids = read_samples(samples, ["sample_id"])["sample_id"]
    write_features(path, ids, [embedded.numpy()], info)


def embed(features: Tensor, mean: Tensor, matrix: Tensor) -> Tensor:
    """Embed features [N, D] as unit vectors [N, dimension]."""
    return F.normalize(F.normalize(features - mean) @ matrix.T)


def principal_axes(centered: Tensor, dimension: int) -> Tensor:
    """Return the first principal axes of centered features [N, D] as rows [dimension, D]."""
    if dimension > centered.shape[1]:
        raise ExoprobeError(f"dimension is {dimension}; the features that are embedded have only {centered.shape[1]}")
    _, vectors = torch.linalg.eigh(centered.T @ centered)
    return vectors.flip(1)[:, :dimension].T.contiguous()


def triplet_loss(anchors: Tensor, positives: Tensor) -> Tensor:
    """Mean of softplus(s · (cos(anchor, hardest negative) − cos(anchor, positive))).

    Args:
        anchors: unit vectors [B, d], each of another identity.
        positives: unit vectors [B, d], of the same identities; the others' are the negatives.
    """
    cosines = anchors @ positives.T
    hardest = cosines.masked_fill(torch.eye(len(cosines), dtype=torch.bool), -2).amax(1)
    return F.softplus(SHARPNESS * (hardest - cosines.diagonal())).mean()


def validation_loss(pairs: tuple[Tensor, Tensor], mean: Tensor, matrix: Tensor, batch_size: int) -> float:
    """Return the mean triplet loss over fixed pairs, in batches of the training's size."""
    batches = list(zip(*(x.split(batch_size) for x in pairs), strict=True))
    batches = batches[:-1] if len(batches) > 1 and len(batches[-1][0]) < batch_size else batches
    return float(np.mean([triplet_loss(*(embed(x, mean, matrix) for x in batch)).item() for batch in batches]))


class _Pairs:
    """Draws pairs of images of one identity, each identity at most once in a batch."""

    def __init__(self, features: Tensor, groups: Tensor, split: str) -> None:
        self.features, self.groups = features, groups
        _, index, counts = torch.unique(groups, return_inverse=True, return_counts=True)
        self.identities = torch.nonzero(counts > 1)[:, 0]
        if len(self.identities) < 2:
            raise ExoprobeError(
                f"{split}: fewer than two identities have two images; there are no triplets to learn from"
            )
        self.partners = Partners(groups)
        order = torch.argsort(index, stable=True)
        self.rows, self.starts, self.counts = order, counts.cumsum(0) - counts, counts

    def draw(self, size: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """Return features of ``size`` anchors and of their positives, or of as many as there are identities."""
        identities = self.identities[torch.randperm(len(self.identities), generator=generator)[:size]]
        offset = torch.rand(len(identities), generator=generator, dtype=torch.float64) * self.counts[identities]
        anchors = self.rows[self.starts[identities] + offset.long()]
        return self.features[anchors], self.features[self.partners.draw(anchors, generator)]

"""Running a network over a dataset and caching a layer."""

import logging
import math
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from exoprobe.compute import choose_device, device_name
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, write_features
from exoprobe.io.files import digest_of_file
from exoprobe.io.prefetch import prefetch
from exoprobe.progress import progress

log = logging.getLogger(__name__)

BLOCK = 2_048  # images between two writes
BATCH = {"cpu": 64, "cuda": 1_024}  # images; larger batches leave a processor core's cache


def extract_features(
    samples: str | Path,
    weights: str | Path,
    path: str | Path,
    *,
    network: nn.Module,
    layer: str,
    code_digest: str,
    device: str = "auto",
    dtype: str = "float32",
    max_features: int | None = None,
) -> None:
    """Compute one layer's activations for every sample of a dataset and write the feature file.

    Features are computed in float32 whatever the precision of training was.

    Args:
        samples: the dataset, with its images.
        weights: the file that ``network`` was loaded from, for the footer's digest.
        path: the feature file to write.
        network: maps uint8 images [n, 1, height, width] to a dict of activations.
        layer: which of them to keep, flattened to vectors.
        code_digest: of the code that computes them, for the footer.
        device: ``auto``, ``cpu`` or ``cuda``.
        dtype: to store, ``float32`` or ``float16``.
        max_features: maps with more are averaged over space, see :func:`layer_vectors`; None: no map is.
    """
    columns = read_samples(samples, ["sample_id", "image"])
    images = torch.from_numpy(columns["image"]).unsqueeze(1)
    where = choose_device(device)
    network = network.to(where).eval()
    info = FeatureInfo(
        dimension=layer_dimension(network, images, layer, max_features),
        dtype=dtype,
        rows=len(images),
        layer=layer,
        dataset_digest=dataset_digest(samples),
        weights_digest=digest_of_file(weights),
        code_digest=code_digest,
    )
    log.info("%d images → %d-d %s on %s", info.rows, info.dimension, layer, device_name(where))
    write_features(path, columns["sample_id"], layer_batches(network, images, layer, max_features), info)


def layer_dimension(network: nn.Module, images: Tensor, layer: str, max_features: int | None = None) -> int:
    """Return the length of the layer's activation vector.

    Raises:
        ExoprobeError: where the network has no such layer.
    """
    with torch.inference_mode():
        layers = network(images[:1].to(next(network.parameters()).device))
    if layer not in layers:
        raise ExoprobeError(f"this network has no layer {layer}; it has {', '.join(layers)}")
    return layer_vectors(layers[layer], max_features).numel()


def layer_batches(
    network: nn.Module, images: Tensor, layer: str, max_features: int | None = None
) -> Iterator[np.ndarray]:
    """Yield the layer's activations, float32 [n, D], block by block.

    On a processor each thread computes blocks of its own: none waits for others after every operation.
    """
    device, threads = next(network.parameters()).device, torch.get_num_threads()
    on_cpu = device.type == "cpu"

    @torch.inference_mode()
    def compute(block: Tensor) -> np.ndarray:
        if on_cpu:
            torch.set_num_threads(1)
        batches = block.split(BATCH[device.type])
        vectors = [layer_vectors(network(batch.to(device))[layer], max_features) for batch in batches]
        return torch.cat(vectors).float().cpu().numpy()

    computed = prefetch(compute, images.split(BLOCK), threads if on_cpu else 1)
    try:
        with closing(computed), progress(len(images), "image", log, f"computing {layer}") as bar:
            for activations in computed:
                bar.update(len(activations))
                yield activations
    finally:
        torch.set_num_threads(threads)  # what a worker sets is also what later threads begin with


def layer_vectors(activations: Tensor, max_features: int | None = None) -> Tensor:
    """Flatten activations [N, …] to vectors.

    Maps [N, channels, height, width] of more values than ``max_features`` are first averaged over the cells of
    the largest square grid that keeps to it (at least one cell), so that layers of any size can be compared.
    """
    if max_features and activations.ndim == 4 and activations[0].numel() > max_features:
        side = max(1, math.isqrt(max_features // activations.shape[1]))
        height, width = (min(side, size) for size in activations.shape[2:])
        activations = F.adaptive_avg_pool2d(activations, (height, width))
    return activations.flatten(1)

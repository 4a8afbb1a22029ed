"""Running a network over the faces of a dataset, part by part, and caching its layers."""

import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from exoprobe.compute import choose_device, device_name
from exoprobe.datasets.images import ImageFiles
from exoprobe.datasets.landmarks import read_landmarks
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.embeddings.adapters.adapter import Adapter
from exoprobe.embeddings.crops import crop_face
from exoprobe.embeddings.shards import part_rows
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, read_features, read_info, read_sample_ids, write_features
from exoprobe.io.files import digest_of_file
from exoprobe.io.prefetch import prefetch
from exoprobe.progress import progress

log = logging.getLogger(__name__)

BATCH = 32


def extract_face_part(
    samples: str | Path,
    images: str | Path,
    landmarks: str | Path,
    path: str | Path,
    *,
    adapter: Adapter,
    weights: str | Path | None,
    part: int,
    parts: int,
    code_digest: str,
    device: str = "auto",
) -> None:
    """Compute all layers of a network for one part of the dataset.

    Args:
        samples: the dataset.
        images: folder or archive of its image files.
        landmarks: its landmarks.
        path: the feature file to write: the layers side by side, their names and widths in ``layer``.
        adapter: the network.
        weights: the file that it was read from, None for a network without.
        part: which, from 0.
        parts: how many parts the dataset is cut into.
        code_digest: of the code that computes them.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ExoprobeError: where the landmarks are of other samples, or an image cannot be read.
    """
    ids = read_samples(samples, ["sample_id"])["sample_id"]
    if not np.array_equal(read_landmarks(landmarks)["sample_id"], ids):
        raise ExoprobeError(f"{landmarks} does not hold the samples of {samples}; delete it and run again")
    rows = part_rows(len(ids), part, parts, batch=BATCH)
    where = choose_device(device)
    log.info("%d images on %s", len(rows), device_name(where))
    batches = _layer_batches(samples, images, landmarks, rows, adapter, where)
    first, widths = next(batches)
    info = FeatureInfo(
        dimension=first.shape[1],
        dtype="float32",
        rows=len(rows),
        layer=",".join(f"{layer}:{width}" for layer, width in widths.items()),
        dataset_digest=dataset_digest(samples),
        weights_digest=digest_of_file(weights) if weights else "",
        code_digest=code_digest,
    )

    def blocks() -> Iterator[np.ndarray]:
        yield first
        yield from (block for block, _ in batches)

    write_features(path, ids[rows.start : rows.stop], blocks(), info)


def gather_layer(
    parts: list[str | Path], samples: str | Path, path: str | Path, *, layer: str, dtype: str = "float32"
) -> None:
    """Join one layer of all parts into a feature file, which does not tell of the parts.

    Args:
        parts: files of :func:`extract_face_part`, in the dataset's order.
        samples: the dataset.
        path: the feature file to write.
        layer: of the network.
        dtype: to store, ``float32`` or ``float16``.

    Raises:
        ExoprobeError: where the parts have no such layer, were not computed alike, or do not add up to the
            dataset.
    """
    info = read_info(parts[0])
    columns = _columns(info.layer, layer)
    if info.dataset_digest != dataset_digest(samples):
        raise ExoprobeError(f"{parts[0]} holds features of another dataset than {samples}; delete it and run again")
    ids = read_samples(samples, ["sample_id"])["sample_id"]
    for part in parts:
        if replace(read_info(part), rows=info.rows) != info:
            raise ExoprobeError(f"{part} was computed otherwise than {parts[0]}; delete both and run again")
    if not np.array_equal(np.concatenate([read_sample_ids(part) for part in parts]), ids):
        raise ExoprobeError(f"{path}: the parts do not add up to the samples of {samples}")
    whole = replace(info, dimension=columns.stop - columns.start, rows=len(ids), layer=layer, dtype=dtype)
    blocks = (read_features(part)[:, columns] for part in parts)
    write_features(path, ids, blocks, whole)


def _columns(layers: str, layer: str) -> slice:
    start = 0
    for entry in layers.split(","):
        name, width = entry.split(":")
        if name == layer:
            return slice(start, start + int(width))
        start += int(width)
    raise ExoprobeError(f"the network has no layer {layer}; it has {layers}")


@torch.inference_mode()
def _layer_batches(
    samples: str | Path,
    images: str | Path,
    landmarks: str | Path,
    rows: range,
    adapter: Adapter,
    device: torch.device,
) -> Iterator[tuple[np.ndarray, dict[str, int]]]:
    """Yield the layers side by side, float32 [n, D], with each one's width."""
    network = adapter.network.to(device) if isinstance(adapter.network, torch.nn.Module) else adapter.network
    with progress(len(rows), "image", log, "extracting") as bar:
        for crops in _crop_batches(samples, images, landmarks, rows, adapter):
            activations = network(torch.from_numpy(crops).to(device))
            layers = {layer: activations[layer].flatten(1).float().cpu().numpy() for layer in adapter.layers}
            bar.update(len(crops))
            yield np.concatenate(list(layers.values()), axis=1), {name: x.shape[1] for name, x in layers.items()}


def _crop_batches(
    samples: str | Path, images: str | Path, landmarks: str | Path, rows: range, adapter: Adapter
) -> Iterator[np.ndarray]:
    """Yield batches of crops, the next one decoded while the network is busy with the last."""
    files, names = ImageFiles(images), read_samples(samples, ["file"])["file"]
    where = read_landmarks(landmarks)

    def batch(start: int) -> np.ndarray:
        part: list[dict[str, Any]] = where.iloc[start : min(start + BATCH, rows.stop)].to_dict("records")
        return np.stack([crop_face(files.load(names[start + i]), face, adapter.crop) for i, face in enumerate(part)])

    yield from prefetch(batch, range(rows.start, rows.stop, BATCH))

"""Running a network over the pictures of a dataset, shard by shard, and caching its layers.

Pictures are decoded batch by batch: the memory of a job does not grow with their number.
"""

import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch

from exoprobe.compute import choose_device, device_name
from exoprobe.datasets.images import ImageFiles
from exoprobe.datasets.landmarks import read_landmarks
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.datasets.shards import BATCH, shard_rows
from exoprobe.embeddings.adapters.adapter import Adapter
from exoprobe.embeddings.crops import crop_face
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, iterate_features, read_info, read_sample_ids, write_features
from exoprobe.io.files import atomic_write, digest_of_file
from exoprobe.io.prefetch import prefetch
from exoprobe.progress import progress

log = logging.getLogger(__name__)


def extract_shard(
    samples: str | Path,
    images: str | Path,
    landmarks: str | Path | None,
    path: str | Path,
    *,
    adapter: Adapter,
    weights: str | Path | None,
    shard: int,
    shards: int,
    code_digest: str,
    device: str = "auto",
) -> None:
    """Compute all layers of a network for one shard of the dataset.

    Args:
        samples: the dataset.
        images: folder or archive of its image files.
        landmarks: its landmarks, or the shard's; None for a network that takes whole pictures.
        path: the feature file to write: the layers side by side, their names and widths in ``layer``.
        adapter: the network.
        weights: the file that it was loaded from, None for a network without.
        shard: its index, from 0.
        shards: how many shards the dataset is cut into.
        code_digest: of the code that computes them.
        device: ``auto``, ``cpu`` or ``cuda``.

    Raises:
        ExoprobeError: where the landmarks are of other samples, or an image cannot be read.
    """
    ids = read_samples(samples, ["sample_id"])["sample_id"]
    rows = shard_rows(len(ids), shard, shards)
    where = choose_device(device)
    log.info("%d images on %s; %s", len(rows), device_name(where), adapter.crop.described)
    faces = _face_rows(samples, landmarks, ids, rows)
    batches = _layer_batches(samples, images, faces, rows, adapter, where)
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
    shards: list[str | Path], samples: str | Path, path: str | Path, *, layer: str, dtype: str = "float32"
) -> None:
    """Join one layer of all shards into a feature file, which is the same however many they are.

    Args:
        shards: files of :func:`extract_shard`, in the dataset's order.
        samples: the dataset.
        path: the feature file to write.
        layer: of the network.
        dtype: to store, ``float32`` or ``float16``.

    Raises:
        ExoprobeError: where the shards have no such layer, were not computed alike, or do not add up to the
            dataset.
    """
    info = read_info(shards[0])
    columns = _columns(info.layer, layer)
    if info.dataset_digest != dataset_digest(samples):
        raise ExoprobeError(f"{shards[0]} holds features of another dataset than {samples}; delete it and run again")
    ids = read_samples(samples, ["sample_id"])["sample_id"]
    for shard in shards:
        if replace(read_info(shard), rows=info.rows) != info:
            raise ExoprobeError(f"{shard} was computed otherwise than {shards[0]}; delete both and run again")
    if not np.array_equal(np.concatenate([read_sample_ids(shard) for shard in shards]), ids):
        raise ExoprobeError(f"{path}: the shards do not add up to the samples of {samples}")
    whole = replace(info, dimension=columns.stop - columns.start, rows=len(ids), layer=layer, dtype=dtype)
    blocks = (block[:, columns] for shard in shards for block in iterate_features(shard))
    write_features(path, ids, blocks, whole)


def write_notes(path: str | Path, name: str, adapter: Adapter) -> None:
    """Write how a picture becomes the input of a network, a JSON list of one sentence.

    Args:
        path: the file to write.
        name: of the network.
        adapter: the network.
    """
    sentence = f"{name} sees {adapter.crop.described}{adapter.values and '; '}{adapter.values}."
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps([sentence], ensure_ascii=False), encoding="utf-8")


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
    faces: pd.DataFrame,
    rows: range,
    adapter: Adapter,
    device: torch.device,
) -> Iterator[tuple[np.ndarray, dict[str, int]]]:
    """Yield the layers side by side, float32 [n, D], with each one's width."""
    network = adapter.network.to(device) if isinstance(adapter.network, torch.nn.Module) else adapter.network
    with progress(len(rows), "image", log, "extracting") as bar:
        for crops in _crop_batches(samples, images, faces, rows, adapter):
            activations = network(torch.from_numpy(crops).to(device))
            layers = {layer: activations[layer].flatten(1).float().cpu().numpy() for layer in adapter.layers}
            bar.update(len(crops))
            yield np.concatenate(list(layers.values()), axis=1), {name: x.shape[1] for name, x in layers.items()}


def _crop_batches(
    samples: str | Path, images: str | Path, faces: pd.DataFrame, rows: range, adapter: Adapter
) -> Iterator[np.ndarray]:
    """Yield batches of crops, the next one decoded while the network is busy with the last."""
    files, names = ImageFiles(images), read_samples(samples, ["file"])["file"][rows.start : rows.stop]

    def batch(start: int) -> np.ndarray:
        where: list[dict[Any, Any]] = faces.iloc[start : start + BATCH].to_dict("records")
        return np.stack([crop_face(files.load(names[start + i]), face, adapter.crop) for i, face in enumerate(where)])

    yield from prefetch(batch, range(0, len(rows), BATCH))


def _face_rows(samples: str | Path, landmarks: str | Path | None, ids: np.ndarray, rows: range) -> pd.DataFrame:
    """Return the landmarks of a shard's rows; a table without columns where there are none."""
    if landmarks is None:
        return pd.DataFrame(index=rows)
    table = read_landmarks(landmarks)
    if np.array_equal(table["sample_id"], ids):
        return table.iloc[rows.start : rows.stop]
    if np.array_equal(table["sample_id"], ids[rows.start : rows.stop]):
        return table
    raise ExoprobeError(f"{landmarks} does not hold the samples of {samples}; delete it and run again")

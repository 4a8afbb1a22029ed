"""The digits dataset of section 4.1: every digit rotated by every angle, splits apart by source digit."""

import logging
from pathlib import Path

import numpy as np
import torch
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2.functional import rotate

from exoprobe.datasets.digit_splits import take_splits
from exoprobe.datasets.samples import write_samples

log = logging.getLogger(__name__)


def build_rotated_digits(source: str | Path, path: str | Path, *, angles: list[float], counts: dict[str, int]) -> None:
    """Rotate the digits and write the dataset.

    Args:
        source: the .npz file of :func:`exoprobe.datasets.digit_sources.save_digits`.
        path: the samples file to write: a row per digit and angle, in this order within each split.
        angles: degrees, counterclockwise.
        counts: source digits per split, see :func:`exoprobe.datasets.digit_splits.take_splits`.
    """
    sources = take_splits(source, counts)
    images = rotate_images(sources["image"], angles)
    rotations = len(angles)
    log.info("%d digits × %d angles = %d images", len(sources["label"]), rotations, len(images))
    write_samples(
        path,
        {
            "sample_id": np.arange(len(images)),
            "label": np.repeat(sources["label"], rotations),
            "angle": np.tile(np.asarray(angles, np.float64), len(sources["label"])),
            "group": np.repeat(sources["group"], rotations),
            "split": np.repeat(sources["split"], rotations),
            "image": images,
        },
    )


def rotate_images(images: np.ndarray, angles: list[float]) -> np.ndarray:
    """Rotate each image about its center by each angle, bilinearly, black outside.

    Args:
        images: uint8 [N, height, width].
        angles: degrees, counterclockwise.

    Returns:
        uint8 [N · angles, height, width]; the rotations of one image lie together, in the order of ``angles``.
    """
    batch = torch.from_numpy(images).unsqueeze(1)
    rotated = [rotate(batch, angle, interpolation=InterpolationMode.BILINEAR) for angle in angles]
    return torch.cat(rotated, dim=1).flatten(0, 1).numpy()

"""The digits dataset of section 4.1: every digit rotated by every angle, splits apart by source digit."""

import logging
from pathlib import Path

import numpy as np
import torch
from torchvision.transforms.v2 import InterpolationMode
from torchvision.transforms.v2.functional import rotate

from exoprobe.data.samples import SPLITS, write_samples
from exoprobe.errors import ExoprobeError

log = logging.getLogger(__name__)


def build_rotated_digits(
    source: str | Path, path: str | Path, *, angles: list[float], counts: dict[str, int]
) -> None:
    """Rotate the digits and write the dataset.

    Train takes the first official training digits, validation the last ones, test the first official test
    digits (the paper names a validation set; MNIST has none, so 10,000 training digits are held out).

    Args:
        source: the .npz file of :func:`exoprobe.data.digit_sources.save_digits`.
        path: the samples file to write: a row per digit and angle, in this order within each split.
        angles: degrees, counterclockwise.
        counts: source digits per split.

    Raises:
        ExoprobeError: where more digits are wanted than there are, or so few that a split lacks a class.
    """
    digits = np.load(source)
    parts = {name: _take_split(digits, name, counts) for name in SPLITS}
    sources = np.concatenate([part["group"] for part in parts.values()])
    labels = np.concatenate([part["label"] for part in parts.values()])
    splits = np.concatenate([np.full(len(part["group"]), name) for name, part in parts.items()])
    images = np.concatenate([rotate_images(part["image"], angles) for part in parts.values()])
    rotations = len(angles)
    log.info("%d digits × %d angles = %d images", len(sources), rotations, len(images))
    write_samples(
        path,
        {
            "sample_id": np.arange(len(images)),
            "label": np.repeat(labels, rotations).astype(np.int64),
            "angle": np.tile(np.asarray(angles, np.float64), len(sources)),
            "group": np.repeat(sources, rotations),
            "split": np.repeat(splits, rotations),
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


def _take_split(digits: dict[str, np.ndarray], split: str, counts: dict[str, int]) -> dict[str, np.ndarray]:
    part = "test" if split == "test" else "train"
    available = len(digits[f"{part}_labels"])
    wanted = counts["test"] if split == "test" else counts["train"] + counts["validation"]
    if wanted > available:
        raise ExoprobeError(f"digits.counts: {part} holds {available} digits, fewer than the {wanted} asked for")
    start = available - counts["validation"] if split == "validation" else 0
    rows = slice(start, start + counts[split])
    labels = digits[f"{part}_labels"][rows]
    if missing := sorted(set(digits["train_labels"].tolist()) - set(labels.tolist())):
        raise ExoprobeError(
            f"digits.counts.{split} is {counts[split]}: among these {split} digits there is no "
            f"{', '.join(map(str, missing))}; every class is needed in every split, so take more"
        )
    # One numbering for all source digits: the official training set first, then the test set.
    offset = len(digits["train_labels"]) if split == "test" else 0
    return {
        "image": digits[f"{part}_images"][rows],
        "label": labels,
        "group": np.arange(offset + rows.start, offset + rows.stop),
    }

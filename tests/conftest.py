"""What several tests share."""

from pathlib import Path

import numpy as np
import pytest
from exoprobe.data.rotated_digits import rotate_images
from exoprobe.data.samples import SPLITS, write_samples

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(0)


@pytest.fixture
def tiny_dataset(tmp_path, rng):
    """A samples file of 12 source digits in three splits at three angles; bright bars as images."""
    images = np.zeros((12, 28, 28), np.uint8)
    labels = np.arange(12) % 2
    for image, label in zip(images, labels, strict=True):
        image[4:24, 12:16] = 250
        image[:, :2] = 100 * label
        image += rng.integers(0, 5, image.shape, dtype=np.uint8)
    path = tmp_path / "samples.parquet"
    write_samples(
        path,
        {
            "sample_id": np.arange(36),
            "label": np.repeat(labels, 3),
            "angle": np.tile([-30.0, 0.0, 30.0], 12),
            "group": np.repeat(np.arange(12), 3),
            "split": np.repeat([SPLITS[0]] * 6 + [SPLITS[1]] * 3 + [SPLITS[2]] * 3, 3),
            "image": rotate_images(images, [-30, 0, 30]),
        },
    )
    return path

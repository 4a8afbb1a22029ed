"""What the tests of datasets share."""

import numpy as np
import pytest

from exoprobe.datasets.digit_sources import save_digits
from exoprobe.datasets.samples import write_samples


@pytest.fixture
def samples(tmp_path):
    """Three images, a person each, in three partitions."""
    path = tmp_path / "samples.parquet"
    write_samples(
        path,
        {
            "sample_id": np.arange(3),
            "file": np.array(["b.jpg", "a.jpg", "c.jpg"]),
            "group": np.arange(3),
            "split": np.array(["train", "validation", "test"]),
        },
    )
    return path


@pytest.fixture
def digits_file(tmp_path, rng):
    """Ten training and four test digits of two classes, in turn."""
    path = tmp_path / "digits.npz"
    digits = {
        "train_images": rng.integers(0, 256, (10, 28, 28), dtype=np.uint8),
        "train_labels": np.arange(10, dtype=np.uint8) % 2,
        "test_images": rng.integers(0, 256, (4, 28, 28), dtype=np.uint8),
        "test_labels": np.arange(4, dtype=np.uint8) % 2,
    }
    save_digits(path, digits)
    return path

"""What the tests of faces share."""

import numpy as np
import pytest
from exoprobe.data.samples import write_samples


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

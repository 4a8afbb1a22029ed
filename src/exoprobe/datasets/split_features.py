"""One split of a cached representation."""

from pathlib import Path

import numpy as np

from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.features.blocks import FileBlocks
from exoprobe.features.feature_file import read_features, read_info


def split_blocks(
    samples: str | Path, features: str | Path, split: str, chosen: np.ndarray | slice | None = None
) -> FileBlocks:
    """Return the features of one split, to be read block by block.

    Args:
        samples: the dataset.
        features: a representation of it.
        split: one of :data:`exoprobe.datasets.samples.SPLITS`.
        chosen: bool [rows of the split], which of its rows; None for all.
    """
    rows = np.flatnonzero(read_samples(samples, ["split"])["split"] == split)
    wanted = np.zeros(read_info(features).rows, bool)
    wanted[rows if chosen is None else rows[chosen]] = True
    return FileBlocks(features, wanted, dataset_digest=dataset_digest(samples))


def read_split_features(samples: str | Path, features: str | Path, split: str) -> np.ndarray:
    """Read the features of one split.

    Args:
        samples: the dataset.
        features: a representation of it.
        split: one of :data:`exoprobe.datasets.samples.SPLITS`.

    Returns:
        [N, D], a row per sample of the split, in the dataset's order; float16 becomes float32, to compute with.

    Raises:
        ExoprobeError: where the feature file is damaged or belongs to another dataset.
    """
    rows = np.flatnonzero(read_samples(samples, ["split"])["split"] == split)
    block = slice(int(rows[0]), int(rows[-1]) + 1)  # the rows of a split lie together
    stored = read_features(features, block, dataset_digest=dataset_digest(samples))
    return stored.astype(np.promote_types(stored.dtype, np.float32), copy=False)

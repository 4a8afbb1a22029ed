"""A representation in the coordinates of its principal components, of as many samples as time and memory allow."""

from pathlib import Path

import numpy as np

from exoprobe.features.blocks import FileBlocks
from exoprobe.features.drawn_rows import draw_rows, take_rows
from exoprobe.probes.probe_data import Representation
from exoprobe.probes.shared_ridge import principal_components

MAX_ROWS = 20_000
WIDE, MAX_WIDE_ROWS, MAX_BYTES = 2_048, 4_096, 1 << 29  # of more dimensions, fewer rows


def draw_samples(source: Representation) -> np.ndarray:
    """Draw whole groups, as many as time and memory allow: int [n]."""
    dimension = FileBlocks(source.features).shape[1]
    limit = MAX_ROWS if dimension <= WIDE else min(MAX_WIDE_ROWS, MAX_BYTES // (4 * dimension))
    return draw_rows(source.groups, limit)


def standardized_components(features: str | Path, dataset_digest: str, rows: np.ndarray) -> np.ndarray:
    """Return the principal components of standardized features, of some samples, int [n]: float32 [n, r]."""
    taken = take_rows(FileBlocks(features, dataset_digest=dataset_digest), rows)
    return principal_components(_standardized(taken))


def _standardized(features: np.ndarray) -> np.ndarray:
    """Return features [n, D] with mean 0 and standard deviation 1, float32; constant ones are 0."""
    centered = features - features.mean(0, dtype=np.float64).astype(features.dtype)
    deviation = centered.std(0)
    return np.asarray(np.divide(centered, deviation, out=np.zeros_like(centered), where=deviation > 0), np.float32)

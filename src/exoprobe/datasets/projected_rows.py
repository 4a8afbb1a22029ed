"""Rows of features in few dimensions, in which distances between them are measured."""

from collections.abc import Callable

import numpy as np

from exoprobe.datasets.user_file import BLOCK_BYTES

DIMENSIONS = 64  # of the projection
FOURIER_DIMENSIONS = 128  # of that of Fourier features
FREQUENCY = 1.2  # of these: cosines and sines of standardized features times this
SAMPLED = 2_000  # rows that scales are estimated from

Load = Callable[[np.ndarray], np.ndarray]  # returns rows of the features, float32 [n, D]


def project(load: Load, rows: np.ndarray, seed: int = 0) -> np.ndarray:
    """Project features [n, D] to at most :data:`DIMENSIONS` at random, float32 [N, K], centered."""
    dimension = load(rows[:1]).shape[1]
    matrix = _matrix(dimension, DIMENSIONS, seed)
    projected = _by_blocks(load, rows, dimension, lambda block: block if matrix is None else block @ matrix)
    return projected / (projected.std(0) + np.float32(1e-30)) if dimension <= DIMENSIONS else projected


def fourier_features(load: Load, rows: np.ndarray, seed: int = 0) -> np.ndarray:
    """Project features so that no dimension counts for more than another, whatever is in it: float32 [N, K], centered.

    Each dimension is standardized by its quantiles and becomes a cosine and a sine (random Fourier features; Rahimi and
    Recht 2007). Rows that agree in most dimensions are near, however far they are apart in the others.
    """
    rng = np.random.default_rng(seed)
    sample = load(np.sort(rng.permutation(rows)[:SAMPLED])).astype(np.float64)
    sample[~np.isfinite(sample)] = 0
    low, middle, high = np.quantile(sample, [0.16, 0.5, 0.84], axis=0)
    deviation = sample.std(0)
    scale = np.where(high - low > 0.1 * deviation, (high - low) / 2, deviation)
    scale[scale == 0] = np.inf  # the dimension is the same in all rows, and counts for nothing
    matrix = _matrix(2 * len(middle), FOURIER_DIMENSIONS, seed)

    def periodic(block: np.ndarray) -> np.ndarray:
        phases = (FREQUENCY * (block - middle) / scale).astype(np.float32)
        both = np.concatenate([np.cos(phases), np.sin(phases)], axis=1)
        return both if matrix is None else np.asarray(both @ matrix)

    return _by_blocks(load, rows, len(middle), periodic)


def _matrix(dimension: int, most: int, seed: int) -> np.ndarray | None:
    if dimension <= most:
        return None
    return np.random.default_rng(seed).standard_normal((dimension, most)).astype(np.float32)


def _by_blocks(load: Load, rows: np.ndarray, dimension: int, change: Callable[[np.ndarray], np.ndarray]) -> np.ndarray:
    step = max(1, BLOCK_BYTES // (8 * dimension))
    with np.errstate(all="ignore"):
        blocks = [change(load(rows[start : start + step])) for start in range(0, len(rows), step)]
        projected = np.concatenate(blocks).astype(np.float32)
    projected[~np.isfinite(projected).all(1)] = 0  # refused later, by name
    return np.asarray(projected - projected.mean(0))

"""Looking for NaN and infinity in features."""

from collections.abc import Iterator

import numpy as np

CACHED = 1 << 19  # bytes
HALF_INFINITY = 0x7C00  # bits of the least half that is not finite


def parts(features: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the values in parts that stay in the processor's cache."""
    flat, step = features.reshape(-1), CACHED // features.itemsize
    return (flat[start : start + step] for start in range(0, len(flat), step))


def all_finite(part: np.ndarray) -> bool:
    """Tell whether no value is NaN or infinite."""
    if part.dtype == np.float16:  # numpy tests halves slowly; their exponent tells as well
        return (part.view(np.uint16) << 1).max() < HALF_INFINITY << 1
    return bool(np.isfinite(part).all())


def first_bad_row(features: np.ndarray) -> int:
    """Return the first row of [N, D] with a value that is not finite."""
    return int(np.argmin(np.isfinite(features).all(1)))

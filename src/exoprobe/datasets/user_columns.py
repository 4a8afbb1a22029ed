"""Which columns of a user's feature file are used, and how they become float32 without losing what they hold."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.row_numbers import ordered_columns, row_number_columns
from exoprobe.datasets.table_columns import listed
from exoprobe.datasets.user_file import BLOCK_BYTES, UserFile, load_type
from exoprobe.errors import ExoprobeError

PRECISION = 1e-4  # of a column's range that float32 must resolve
LARGEST_POWER = 1_000  # of two, that float64 holds with something to spare
SMALLEST, LARGEST = 1e-25, 1e25  # what float32 holds with something to spare for squares


@dataclass(frozen=True)
class UserColumns:
    """A user's features as they are used.

    Attributes:
        file: where they are from.
        features: [N, D] of any type of number, all columns.
        kept: indices of the columns that are used, [d].
        offsets: what is taken from each before rounding to float32, float64 [d].
        scale: what they are multiplied with then.
        notes: kind, column and message of what was done.
    """

    file: UserFile
    features: np.ndarray
    kept: np.ndarray
    offsets: np.ndarray
    scale: float
    notes: list[tuple[str, str | None, str]]

    def rows(self, rows: np.ndarray) -> np.ndarray:
        """Return some rows as they are used, float32 [n, d]; what float32 cannot hold is infinite."""
        block = self.features[rows]
        if len(self.kept) < block.shape[1]:
            block = block[:, self.kept]
        with np.errstate(over="ignore", invalid="ignore"):
            if self.offsets.any() or self.scale != 1:
                block = (block.astype(np.float64) - self.offsets) * self.scale
            return np.ascontiguousarray(block, np.float32)


def load_columns(file: UserFile) -> UserColumns:
    """Read a user's features, leave out columns of row numbers, and find what float32 needs.

    Raises:
        ExoprobeError: where no column is left.
    """
    features = file.load()
    dropped = row_number_columns(features, file.columns)
    kept = np.setdiff1d(np.arange(file.dimension), list(dropped))
    notes: list[tuple[str, str | None, str]] = [
        ("left_out", file.column(index), f"{file.path}: column {file.column(index)} is no feature: {reason}.")
        for index, reason in dropped.items()
    ]
    notes += [
        ("left_out", name, f"{file.path}: column {name!r} is pandas's index, no feature.") for name in file.indices
    ]
    notes += [
        (
            "order",
            file.column(index),
            f"{file.path}: column {file.column(index)} goes one way from row to row; if it counts or times the rows, "
            "remove it: any factor by which they are sorted can be predicted from it.",
        )
        for index in ordered_columns(features)
        if index not in dropped
    ]
    if not len(kept):
        raise ExoprobeError(f"{file.path}: column {file.column(0)} is no feature, {dropped[0]}; and there is no other")
    offsets, scale, more = _conversion(file, features, kept)
    return UserColumns(file, features, kept, offsets, scale, [*notes, *more])


def _conversion(
    file: UserFile, features: np.ndarray, kept: np.ndarray
) -> tuple[np.ndarray, float, list[tuple[str, str | None, str]]]:
    """Return offsets [d], a scale and notes; zeros and 1 where float32 can represent the numbers as they are."""
    offsets = np.zeros(len(kept))
    if load_type(features.dtype) is np.float32:
        return offsets, 1.0, []
    low, high = np.full(len(kept), np.inf), np.full(len(kept), -np.inf)
    for block in _blocks(features):
        block = block[:, kept].astype(np.float64)
        defined = np.isfinite(block)
        low = np.minimum(low, np.where(defined, block, np.inf).min(0))
        high = np.maximum(high, np.where(defined, block, -np.inf).max(0))
    low, high = np.where(np.isfinite(low), low, 0.0), np.where(np.isfinite(high), high, 0.0)
    with np.errstate(over="ignore"):
        spread, size = high - low, np.maximum(np.abs(low), np.abs(high))
        narrow = (spread > 0) & (size * np.finfo(np.float32).eps > PRECISION * spread)
    notes: list[tuple[str, str | None, str]] = []
    if narrow.any():
        offsets[narrow] = low[narrow] + spread[narrow] / 2
        names = listed([file.column(kept[index]) for index in np.flatnonzero(narrow)])
        reason = "they differ by too little for float32 beside their size"
        notes.append(("precision", None, f"{file.path}: columns {names} were centered before rounding; {reason}."))
    scale = _scale(np.where(narrow, spread / 2, size), spread, features[:: 1 + len(features) // 1_000])
    if scale != 1:
        notes.append(("precision", None, f"{file.path}: all features were multiplied with {scale:.3g} to fit float32."))
    return offsets, scale, notes


def _scale(sizes: np.ndarray, spreads: np.ndarray, sample: np.ndarray) -> float:
    """Return a power of two that brings the numbers into float32's range; 1 where they are, or none does for all."""
    largest = float(sizes.max())
    if not largest or (largest <= LARGEST and not 0 < float(spreads.max()) < SMALLEST):
        return 1.0
    typical = np.median(np.abs(sample[np.isfinite(sample) & (sample != 0)]))
    return float(2.0 ** min(-np.floor(np.log2(largest)), LARGEST_POWER)) if typical > SMALLEST * largest else 1.0


def _blocks(features: np.ndarray) -> Iterator[np.ndarray]:
    step = max(1, BLOCK_BYTES // (features.shape[1] * 8))
    for start in range(0, len(features), step):
        yield features[start : start + step]

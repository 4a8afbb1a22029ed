"""A feature file opened for reading: what its footer states, and its row groups, each read straight to its place.

Everything is held against the file's checksums and its dataset's order before it is used.
"""

import json
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from xxhash import xxh3_64

from exoprobe.errors import ExoprobeError
from exoprobe.features.checksums import read_footer, row_group_span
from exoprobe.features.nan_check import all_finite, first_bad_row, parts

METADATA_KEY = b"exoprobe.features.2"  # the second layout: a page for each row group
TWO_HEADERS = 32  # bytes: no page's header has as many, no two have fewer


@dataclass(frozen=True)
class FeatureInfo:
    """What a feature file's footer states.

    Attributes:
        dimension: length of a feature vector.
        dtype: ``float32`` or ``float16``.
        rows: number of samples.
        layer: which layer of the network.
        dataset_digest: of the dataset whose samples these are, in whose order.
        weights_digest: of the network's weights file.
        code_digest: of the code that computed them.
    """

    dimension: int
    dtype: str
    rows: int
    layer: str
    dataset_digest: str
    weights_digest: str
    code_digest: str


@dataclass(frozen=True)
class OpenedFile:
    """A feature file whose footer is sound.

    Attributes:
        path: of the file.
        metadata: the footer.
        checksums: of the row groups.
        info: what the footer states.
        ordered: whether the samples must be in the dataset's order.
    """

    path: str | Path
    metadata: pq.FileMetaData
    checksums: list[int]
    info: FeatureInfo
    ordered: bool

    @cached_property
    def starts(self) -> np.ndarray:
        """Return at which row each group starts, and the number of rows."""
        groups = range(self.metadata.num_row_groups)
        return np.cumsum([0, *(self.metadata.row_group(group).num_rows for group in groups)])

    def new_block(self, group: int) -> np.ndarray:
        """Return an empty array for the features of a row group."""
        return np.empty((self.metadata.row_group(group).num_rows, self.info.dimension), self.info.dtype)

    def read(self, group: int, block: np.ndarray) -> np.ndarray:
        """Read a row group.

        Args:
            group: its number.
            block: of :meth:`new_block`'s form; its features are written here.

        Returns:
            Its sample ids, int64 [n].

        Raises:
            ExoprobeError: where it is damaged, has NaN, or its samples are in another order than the dataset's.
        """
        start, size = row_group_span(self.metadata, group)
        checksum, finite = xxh3_64(), True
        with Path(self.path).open("rb") as file:
            file.seek(start)
            before = file.read(size - block.nbytes)
            checksum.update(before)
            for part in parts(block):  # each is looked at while the processor's cache holds it
                file.readinto(part)
                checksum.update(part)
                finite = finite and all_finite(part)
        if checksum.intdigest() != self.checksums[group]:
            raise ExoprobeError(f"{self.path}: damaged in row group {group}; delete it and run again")
        first = int(self.starts[group])
        if not finite:
            raise ExoprobeError(f"{self.path}: has NaN or infinity in row {first + first_bad_row(block)}")
        ids = self._sample_ids(group, before)
        if self.ordered:
            check_order(ids, first, self.path)
        return ids

    def _sample_ids(self, group: int, before: bytes) -> np.ndarray:
        """Return the sample ids of a row group from what stands in it before its features."""
        column = self.metadata.row_group(group).column(0)
        count = column.num_values
        end = column.total_compressed_size
        return np.frombuffer(before, np.int64, count, end - count * np.dtype(np.int64).itemsize)


def open_features(path: str | Path, dataset_digest: str | None = None) -> OpenedFile:
    """Open a feature file.

    Args:
        path: the feature file.
        dataset_digest: if given, the dataset that the file must belong to, whose order its samples must have.

    Raises:
        ExoprobeError: where it is not a whole feature file, or belongs to another dataset.
    """
    try:
        metadata, checksums = read_footer(path)
    except FileNotFoundError as error:
        raise ExoprobeError(f"{path}: no such file") from error
    except OSError as error:
        raise ExoprobeError(f"{path}: not a whole Parquet file ({error})") from error
    info = _info(metadata, path)
    if dataset_digest not in (None, info.dataset_digest):
        raise ExoprobeError(
            f"{path}: holds features of another dataset (digest {info.dataset_digest[:12]}…, "
            f"expected {dataset_digest[:12]}…); delete it and run again"
        )
    return OpenedFile(path, metadata, checksums, info, dataset_digest is not None)


def _info(metadata: pq.FileMetaData, path: str | Path) -> FeatureInfo:
    content = (metadata.metadata or {}).get(METADATA_KEY)
    if content is None:
        raise ExoprobeError(f"{path}: not a feature file of exoprobe (its footer lacks {METADATA_KEY.decode()})")
    stated = json.loads(content)
    if set(stated) != {field.name for field in fields(FeatureInfo)}:
        raise ExoprobeError(f"{path}: its footer states {sorted(stated)}, not what a feature file states")
    info = FeatureInfo(**stated)
    widths = [np.dtype(np.int64).itemsize, info.dimension * np.dtype(info.dtype).itemsize]
    for group in map(metadata.row_group, range(metadata.num_row_groups)):
        sizes = [group.column(place).total_compressed_size for place in range(group.num_columns)]
        if any(size - group.num_rows * width >= TWO_HEADERS for size, width in zip(sizes, widths, strict=True)):
            raise ExoprobeError(f"{path}: its row groups have several pages, where one each belongs")
    if metadata.num_rows != info.rows:
        raise ExoprobeError(f"{path}: has {metadata.num_rows} rows, its footer announces {info.rows}")
    return info


def check_order(ids: np.ndarray, first: int, path: str | Path) -> None:
    """Refuse sample ids [n] that do not number neighboring rows of the dataset, from ``first`` on."""
    expected = np.arange(first, first + len(ids))
    if (wrong := np.flatnonzero(ids != expected)).size:
        row = wrong[0]
        raise ExoprobeError(
            f"{path}: its rows are in another order, sample {ids[row]} stands where {expected[row]} belongs; "
            "delete it and run again"
        )

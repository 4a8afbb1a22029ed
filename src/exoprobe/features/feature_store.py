"""A feature file opened for reading: what its footer states, and its row groups, held against their checksums."""

import json
import os
import re
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from exoprobe.errors import ExoprobeError
from exoprobe.io.files import digest_of

METADATA_KEY = b"exoprobe"
MAGIC = b"PAR1"
HEADER_BYTES = 64  # more than a page header has
CHECKSUM = '"%s": "%s"'  # as it stands in the footer's JSON
UNSET = "0" * 64  # as long as a SHA-256
FLOAT16_INFINITY = 0x7C00  # its bit pattern; NaN has the same exponent


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
class FeatureStore:
    """A feature file whose footer and page headers are sound.

    Attributes:
        path: of the file.
        file: the same, opened; its pages are held against their checksums.
        info: what the footer states.
        ordered: whether the samples must be 0, 1, … N − 1, the dataset's order.
    """

    path: str | Path
    file: pq.ParquetFile
    info: FeatureInfo
    ordered: bool

    @cached_property
    def starts(self) -> np.ndarray:
        """Return at which row each row group starts, and the number of rows."""
        groups = map(self.file.metadata.row_group, range(self.file.num_row_groups))
        return np.cumsum([0, *(group.num_rows for group in groups)])

    def read_ids(self, group: int) -> np.ndarray:
        """Read the sample ids of a row group, int64 [n].

        Raises:
            ExoprobeError: where it is damaged.
        """
        return self._read(group, "sample_id")["sample_id"].to_numpy()

    def read(self, group: int) -> np.ndarray:
        """Read the features of a row group, [n, D], read-only.

        Raises:
            ExoprobeError: where it is damaged, has NaN, or its samples are in another order than the dataset's.
        """
        table, first = self._read(group, "sample_id", "feature"), int(self.starts[group])
        (column,) = table["feature"].chunks
        block = column.flatten().to_numpy().reshape(-1, self.info.dimension)
        refuse_nan(block, first, self.path)
        if self.ordered:
            check_order(table["sample_id"].to_numpy(), first, self.path)
        return block

    def _read(self, group: int, *columns: str) -> pa.Table:
        try:
            return self.file.read_row_group(group, columns=list(columns), use_threads=False)
        except OSError as error:
            raise ExoprobeError(f"{self.path}: damaged in row group {group}; delete it and run again") from error


def open_feature_store(path: str | Path, dataset_digest: str | None = None) -> FeatureStore:
    """Open a feature file.

    Args:
        path: the feature file.
        dataset_digest: if given, the dataset that the file must belong to, whose order its samples must have.

    Raises:
        ExoprobeError: where it is not a whole feature file, or belongs to another dataset.
    """
    try:
        stated = _read_footer(path)
        file = pq.ParquetFile(path, page_checksum_verification=True, pre_buffer=False)
    except FileNotFoundError as error:
        raise ExoprobeError(f"{path}: no such file") from error
    except OSError as error:
        raise ExoprobeError(f"{path}: not a whole Parquet file ({error})") from error
    if stated.pop("page_headers") != _headers_checksum(path, file.metadata):
        raise ExoprobeError(f"{path}: damaged in a page header; delete it and run again")
    info = FeatureInfo(**{field.name: stated[field.name] for field in fields(FeatureInfo)})
    if file.metadata.num_rows != info.rows:
        raise ExoprobeError(f"{path}: has {file.metadata.num_rows} rows, its footer announces {info.rows}")
    if dataset_digest not in (None, info.dataset_digest):
        raise ExoprobeError(
            f"{path}: holds features of another dataset (digest {info.dataset_digest[:12]}…, "
            f"expected {dataset_digest[:12]}…); delete it and run again"
        )
    return FeatureStore(path, file, info, dataset_digest is not None)


def _read_footer(path: str | Path) -> dict[str, Any]:
    """Return what the footer states; refuse one that is not as it was written."""
    footer = _footer_bytes(path)
    checksum = re.search(CHECKSUM % ("footer", "([0-9a-f]{64})"), footer.decode("latin-1"))
    if not checksum or checksum[1] != digest_of(footer.replace(checksum[0].encode(), _checksum("footer"))):
        raise ExoprobeError(
            f"{path}: its footer is damaged, or it is not a feature file of this version of exoprobe; "
            "delete it and run again"
        )
    return json.loads(pq.read_metadata(path).metadata[METADATA_KEY])


def _footer_bytes(path: str | Path) -> bytes:
    """Return the end of a Parquet file: the footer, its length and the magic bytes."""
    with Path(path).open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 8))
        tail = file.read()
        length = int.from_bytes(tail[:4], "little") + len(tail)
        if not tail.endswith(MAGIC) or length > size:
            raise ExoprobeError(f"{path}: not a whole Parquet file; delete it and run again")
        file.seek(size - length)
        return file.read()


def _headers_checksum(path: str | Path, metadata: pq.FileMetaData) -> str:
    """Return a checksum of the file's first bytes and the first bytes of every page."""
    with Path(path).open("rb") as file:
        headers = [file.read(len(MAGIC))]
        for group in map(metadata.row_group, range(metadata.num_row_groups)):
            for index in range(group.num_columns):
                file.seek(group.column(index).data_page_offset)
                headers.append(file.read(HEADER_BYTES))
    return digest_of(b"".join(headers))


def add_checksums(path: Path) -> None:
    """Put the checksums of page headers and footer into the footer, which keeps its length."""
    footer = _footer_bytes(path)
    headers = _headers_checksum(path, pq.read_metadata(path))
    footer = footer.replace(_checksum("page_headers"), _checksum("page_headers", headers))
    with path.open("r+b") as file:
        file.seek(-len(footer), os.SEEK_END)
        file.write(footer.replace(_checksum("footer"), _checksum("footer", digest_of(footer))))


def _checksum(name: str, value: str = UNSET) -> bytes:
    return (CHECKSUM % (name, value)).encode()


def refuse_nan(features: np.ndarray, first: int, path: str | Path) -> None:
    """Refuse features [n, D], of rows from ``first`` on, that have NaN or infinity."""
    if features.dtype == np.float16:  # numpy tests these slowly
        valid = bool((features.view(np.uint16) & FLOAT16_INFINITY).max(initial=0) < FLOAT16_INFINITY)
    else:
        valid = bool(np.isfinite(features).all())
    if not valid:
        row = first + int(np.argmin(np.isfinite(features).all(1)))
        raise ExoprobeError(f"{path}: NaN or infinity in the feature of row {row}, in {features.dtype}")


def check_order(ids: np.ndarray, first: int, path: str | Path) -> None:
    """Refuse sample ids [n] that do not number neighboring rows of the dataset, from ``first`` on."""
    expected = np.arange(first, first + len(ids))
    if (wrong := np.flatnonzero(ids != expected)).size:
        row = wrong[0]
        raise ExoprobeError(
            f"{path}: its rows are in another order, sample {ids[row]} stands where {expected[row]} belongs; "
            "delete it and run again"
        )

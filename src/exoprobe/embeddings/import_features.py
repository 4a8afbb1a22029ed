"""A user's features as a feature file, in the order of the audit's samples."""

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.sample_join import file_ids
from exoprobe.datasets.samples import dataset_digest, read_samples
from exoprobe.datasets.user_columns import UserColumns, load_columns
from exoprobe.datasets.user_features import open_features
from exoprobe.datasets.user_file import BLOCK_BYTES
from exoprobe.errors import ExoprobeError
from exoprobe.features.feature_file import FeatureInfo, write_features
from exoprobe.io.locations import digest_of_location

log = logging.getLogger(__name__)


def import_features(
    source: str | Path,
    samples: str | Path,
    path: str | Path,
    *,
    id_column: str | None,
    layer: str,
    code_digest: str,
    dtype: str = "float32",
) -> None:
    """Write one of a user's files as a feature file, block by block.

    Args:
        source: the user's file.
        samples: the audit's samples, made from this file among others.
        path: the feature file to write.
        id_column: what the samples were joined by; None for their order.
        layer: the representation's name, for the footer.
        code_digest: of the code that reads them, for the footer.
        dtype: to store, ``float32`` or ``float16``.

    Raises:
        ExoprobeError: where the file holds text, NaN or infinity, with row and column.
    """
    file = open_features(source, id_column)
    columns = read_samples(samples, ["sample_id", "row", "id"])
    order = columns["row"]
    if id_column is not None:
        order = pd.Index(file_ids(file, id_column)).get_indexer(pd.Index(columns["id"]))
    used = load_columns(file)
    for _, _, message in used.notes:
        log.info(message)
    info = FeatureInfo(
        dimension=len(used.kept),
        dtype=dtype,
        rows=len(order),
        layer=layer,
        dataset_digest=dataset_digest(samples),
        weights_digest=digest_of_location(source),
        code_digest=code_digest,
    )
    log.info("%d of %d rows × %d features of %s", info.rows, file.rows, info.dimension, source)
    write_features(path, columns["sample_id"], _blocks(used, order), info)


def _blocks(used: UserColumns, order: np.ndarray) -> Iterator[np.ndarray]:
    """Yield the rows in the samples' order, float32 [n, D]; refuse them if all are the same."""
    path, first, varies = used.file.path, None, False
    step = max(1, BLOCK_BYTES // (used.file.dimension * 8))
    for start in range(0, len(order), step):
        rows = order[start : start + step]
        block = used.rows(rows)
        valid = np.isfinite(block)
        if not valid.all():
            row, index = np.argwhere(~valid)[0]
            column = used.kept[index]
            value = used.features[rows[row], column]
            why = "float32 cannot hold it beside the others: correct it, or take logarithms"
            why = why if np.isfinite(value) else "features must be finite numbers"
            raise ExoprobeError(
                f"{path}: {used.file.row(rows[row])}, column {used.file.column(column)} is {value}; {why}"
            )
        first = block[:1] if first is None else first
        varies = varies or bool((block != first).any())
        yield block
    if not varies:
        raise ExoprobeError(f"{path}: every row is the same, so nothing can be predicted from these features")

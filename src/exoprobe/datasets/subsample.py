"""A subset of a dataset, to probe fewer samples than were trained on."""

import logging
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from exoprobe.datasets.samples import SPLITS, read_samples, write_samples
from exoprobe.errors import ExoprobeError

log = logging.getLogger(__name__)


def draw_samples(samples: str | Path, path: str | Path, *, counts: dict[str, int]) -> None:
    """Write a dataset of some groups of each split, evenly spaced, with all their samples.

    (The first half of MNIST's test digits is the easier one.)

    Args:
        samples: the dataset, with the splits train, validation and test.
        path: the samples file to write; ``sample_id`` numbers its rows anew, ``group`` stays.
        counts: groups (source digits) per split, or all where they are fewer.

    Raises:
        ExoprobeError: where a split would be empty.
    """
    columns = read_samples(samples, pq.read_schema(samples).names)
    rows = choose_rows(columns, counts)
    log.info("%d of %d samples", len(rows), len(columns["sample_id"]))
    drawn = {name: _plain(column[rows]) for name, column in columns.items()}
    write_samples(path, {**drawn, "sample_id": np.arange(len(rows))})


def choose_rows(columns: dict[str, np.ndarray], counts: dict[str, int]) -> np.ndarray:
    """Return the rows to keep, see :func:`draw_samples`, in their order.

    Args:
        columns: ``group`` and ``split``, each [N].
        counts: groups per split.
    """
    kept = []
    for split in SPLITS:
        rows = np.flatnonzero(columns["split"] == split)
        if not len(rows[: counts[split]]):
            raise ExoprobeError(f"{split} would hold no samples: {counts[split]} of {len(rows)} are asked for")
        groups = np.unique(columns["group"][rows])
        chosen = np.linspace(0, len(groups), min(counts[split], len(groups)), endpoint=False).astype(int)
        kept.append(rows[np.isin(columns["group"][rows], groups[chosen])])
    return np.concatenate(kept)


def _plain(column: np.ndarray) -> np.ndarray:
    """Return text, which Arrow gives as objects, as an array of characters."""
    return column.astype(str) if column.dtype == object else column

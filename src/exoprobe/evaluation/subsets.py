"""Subsets of the test rows that are scored apart."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq

from exoprobe.datasets.samples import read_samples
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.evaluator import Evaluator


@dataclass(frozen=True)
class Subset:
    """Test rows that are scored together.

    Attributes:
        name: such as ``label=3`` or ``abs_yaw=0–15``; empty for all rows.
        rows: bool [n].
        factors: which are scored on them; None for all.
    """

    name: str
    rows: np.ndarray
    factors: Sequence[str] | None = None


def find_subsets(samples: str | Path, evaluator: Evaluator, subsets: Sequence[Mapping[str, Any]]) -> Iterator[Subset]:
    """Find the rows of each subset.

    Args:
        samples: the dataset.
        evaluator: of its test rows.
        subsets: each has a ``column`` (a factor or a column of the samples), ``edges`` of bins of its absolute value or
            none for a subset per value, and ``factors`` to score, or none for all.

    Raises:
        ExoprobeError: where there is no such column.
    """
    for entry in subsets:
        column, edges, factors = str(entry["column"]), entry.get("edges"), entry.get("factors")
        values = _column(samples, evaluator, column)
        if edges:
            for low, high in zip(edges, [*edges[1:], np.inf], strict=True):
                name = f"{column}={low:g}–{high:g}" if np.isfinite(high) else f"{column}=>{low:g}"
                yield Subset(name, (np.abs(values) >= low) & (np.abs(values) < high), factors)
        else:
            for value in np.unique(values):
                yield Subset(f"{column}={value}", values == value, factors)


def _column(samples: str | Path, evaluator: Evaluator, column: str) -> np.ndarray:
    """Return a column of the test rows [n]: one of the samples, or a factor's values."""
    names = pq.read_schema(samples).names
    if column in names:
        columns = read_samples(samples, ["sample_id", column])
        return columns[column][np.isin(columns["sample_id"], evaluator.sample_ids)]
    known = {factor.name: factor.values for factor in evaluator.factors}
    if column not in known:
        raise ExoprobeError(f"there is no column {column!r} to score by; there are {', '.join([*names, *known])}")
    return known[column]

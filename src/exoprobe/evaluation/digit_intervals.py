"""Sampling intervals of the digits' quantities: what they would be, had other digits been tested.

The spread over training seeds is another matter, and stands in the scorecard's column ``sd``.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.evaluation.bootstrap import Resampling
from exoprobe.evaluation.intervals import interval
from exoprobe.evaluation.scorecard import ANGLES, TECHNIQUES

COLUMNS = ["quantity", "unit", "seed", "value", "low", "high", "groups"]


def digit_intervals(predictions: Mapping[tuple[str, int], str | Path]) -> pd.DataFrame:
    """Compute each quantity with its 95 % interval, resampling source digits with all their rotations.

    Args:
        predictions: the probes' Parquet file by (model, seed).

    Returns:
        A row per quantity and seed, in the scorecard's units: ``quantity, unit, seed, value, low, high, groups``.
    """
    rows = []
    for (model, seed), path in predictions.items():
        table = pd.read_parquet(path)
        resampling = Resampling(table["group"].to_numpy())
        for name, unit, values in _row_values(table):
            value, low, high = _mean_interval(values, resampling, root=unit == "degrees")
            groups = len(np.unique(resampling.groups))
            rows.append((f"{model}_{name}", unit, seed, value, low, high, groups))
    return pd.DataFrame(rows, columns=COLUMNS)


def _row_values(table: pd.DataFrame) -> list[tuple[str, str, np.ndarray]]:
    """Return for each quantity its name, unit and what of it is averaged over test rows, [N]."""
    truth = table["label"]
    accuracies = [
        (f"{name}_accuracy", "percent", 100.0 * (table[name] == truth).to_numpy())
        for name in TECHNIQUES
        if name in table
    ]
    errors = [
        (name, "degrees", np.square(table[column] - table["angle"]).to_numpy()) for column, name in ANGLES.items()
    ]
    return accuracies + errors


def _mean_interval(values: np.ndarray, resampling: Resampling, *, root: bool) -> tuple[float, float, float]:
    """Return the mean of values [N] and the ends of its interval, or all their roots."""
    statistics = np.stack([values, np.ones(len(values))], axis=1)
    point, drawn = resampling.sums(statistics, np.ones(len(values), bool))
    low, high = interval(drawn[:, 0] / drawn[:, 1], len(np.unique(resampling.groups)))
    found = np.array([point[0] / point[1], low, high])
    return tuple(np.sqrt(found) if root else found)

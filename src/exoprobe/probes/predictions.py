"""Predictions of test rows as a table: one schema for every probe, factor, fold and erasure.

Columns: ``eraser`` (what was erased from the features before; empty for nothing), ``probe``, ``factor``, ``sample_id``,
``fold`` (its number, 0 for one split; those of further cross-validations follow those of the first) and
``prediction``: a score, positive where the second value is predicted (binary), the code of a category, a number or
degrees. Rows of one eraser, probe and factor lie together, those of one cross-validation in the dataset's order.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.errors import ExoprobeError
from exoprobe.probes.results import ProbeResult

Key = tuple[str, str, str]
NAMES = ["eraser", "probe", "factor"]  # of a key


class PredictionTable:
    """Collects predictions fold by fold.

    Args:
        sample_ids: [N], of all samples.
    """

    def __init__(self, sample_ids: np.ndarray) -> None:
        self._sample_ids = sample_ids
        self._columns: dict[Key, list[pd.DataFrame]] = {}

    def add(self, result: ProbeResult, test: np.ndarray, fold: int, eraser: str = "") -> None:
        """Add a probe's predictions of a fold's test rows, bool [N]."""
        for index, factor in enumerate(result.targets.factors):
            rows = {
                "sample_id": self._sample_ids[test],
                "fold": np.int16(fold),
                "prediction": result.values[:, index],
            }
            frame = pd.DataFrame(rows).astype({"prediction": np.float64})
            self._columns.setdefault((eraser, result.probe, factor.name), []).append(frame)

    def frame(self) -> pd.DataFrame:
        """Return the table."""
        frames = {key: pd.concat(tables, ignore_index=True) for key, tables in self._columns.items()}
        table = pd.concat(frames, names=NAMES).reset_index(NAMES).reset_index(drop=True)
        return table.astype(dict.fromkeys(NAMES, "category"))


class Predictions:
    """The predictions in a file.

    Args:
        path: a file of :class:`PredictionTable`.

    Attributes:
        sample_ids: [n], the samples that were predicted, in order.
    """

    def __init__(self, path: str | Path) -> None:
        self.path = path
        table = pd.read_parquet(path)
        groups = table.groupby(NAMES, sort=False, observed=True)
        self._predictions: dict[Key, np.ndarray] = {
            (str(eraser), str(probe), str(factor)): _by_repeat(group) for (eraser, probe, factor), group in groups
        }
        self.sample_ids = np.sort(groups.get_group(next(iter(self._predictions)))["sample_id"].unique())

    def __getitem__(self, key: Key) -> np.ndarray:
        """Return the predictions [n] of an eraser, probe and factor, in the first cross-validation."""
        return self.repeated(key)[:, 0]

    def repeated(self, key: Key) -> np.ndarray:
        """Return the predictions [n, R] of an eraser, probe and factor, in each of R cross-validations."""
        if key not in self._predictions:
            eraser, probe, factor = key
            after = f" after erasing {eraser}" if eraser else ""
            raise ExoprobeError(f"{self.path}: has no predictions of {factor} by the probe {probe}{after}")
        return self._predictions[key]

    def keys(self) -> list[Key]:
        """Return every eraser, probe and factor."""
        return list(self._predictions)

    def probes_of(self, factor: str, eraser: str = "") -> list[str]:
        """Return the probes that predicted a factor, in their order."""
        return [probe for erased, probe, name in self._predictions if (erased, name) == (eraser, factor)]


def _by_repeat(rows: pd.DataFrame) -> np.ndarray:
    """Return the predictions of n samples, each in R cross-validations: [n, R]."""
    samples = rows["sample_id"].nunique()
    ids = rows["sample_id"].to_numpy().reshape(-1, samples)
    predicted = rows["prediction"].to_numpy().reshape(-1, samples)
    return np.ascontiguousarray(np.take_along_axis(predicted, ids.argsort(axis=1, kind="stable"), axis=1).T)

"""Writing and reading feature files beside numpy's: python -m benchmarks.feature_store [ROWS [DIMENSION]].

A feature file is on the disk when its name appears; numpy's file is synced as well where it is held against that.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.synthetic import make_features
from benchmarks.timing import report, seconds
from exoprobe.features.feature_file import FeatureInfo, read_features, write_features

ROWS, DIMENSION, REPEATS = 81_385, 832, 15


def writers(features: np.ndarray, array: Path, file: Path) -> dict[str, Callable[[], object]]:
    """Return the ways to write features, by name."""
    ids = np.arange(len(features))
    info = FeatureInfo(features.shape[1], features.dtype.name, len(ids), "layer", "dataset", "weights", "code")

    def save_and_sync() -> None:
        with array.open("wb") as opened:
            np.save(opened, features)
            opened.flush()
            os.fsync(opened.fileno())

    return {
        "exoprobe": lambda: write_features(file, ids, [features], info),
        "np.save and fsync": save_and_sync,
        "np.save": lambda: np.save(array, features),
    }


def readers(array: Path, file: Path) -> dict[str, Callable[[], object]]:
    """Return the ways to read features that have been written, by name."""
    return {"exoprobe": lambda: read_features(file), "np.load": lambda: np.load(array)}


def measure(actions: dict[str, Callable[[], object]], new: list[Path]) -> dict[str, float]:
    """Return the median time of every action, measured in turn; what each makes ``new`` is not there before it.

    To replace a file that is on the disk takes longer than to make a new one.
    """
    times: dict[str, list[float]] = {side: [] for side in actions}
    for _ in range(REPEATS):
        for side, action in actions.items():
            for path in new:
                path.unlink(missing_ok=True)
            times[side].append(seconds(action))
    return {side: statistics.median(values) for side, values in times.items()}


def main(rows: int = ROWS, dimension: int = DIMENSION) -> None:
    """Measure, print and write results/bench/feature_store.csv."""
    whole, _ = make_features(rows, dimension, 1)
    tables = []
    for dtype in ("float32", "float16"):
        features = whole.astype(dtype)
        with tempfile.TemporaryDirectory(dir="results") as folder:
            array, file = Path(folder, "features.npy"), Path(folder, "features.parquet")
            ways = writers(features, array, file)
            write_times = measure(ways, new=[array, file])
            ways["exoprobe"]()
            ways["np.save"]()
            read_times = measure(readers(array, file), new=[])
        for what, times in {"writing": write_times, "reading": read_times}.items():
            tables += [
                (f"{what} {dtype}", side, taken, taken / times["exoprobe"], features.nbytes / taken / 1e9)
                for side, taken in times.items()
            ]
    columns = ["comparison", "side", "seconds", "ours_by_this", "gigabytes_per_second"]
    table = pd.DataFrame(tables, columns=columns)
    report("feature_store", table)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

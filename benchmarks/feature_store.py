"""Writing and reading feature files beside numpy's: python -m benchmarks.feature_store [ROWS [DIMENSION]].

A feature file is on the disk when its name appears; numpy's file is synced as well where it is held against that.
"""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from exoprobe.features.feature_file import FeatureInfo, read_features, write_features
from exoprobe.files import atomic_write

from benchmarks.synthetic import make_features
from benchmarks.throughput import seconds

ROWS, DIMENSION, ROUNDS = 81_385, 832, 7


def main(rows: int = ROWS, dimension: int = DIMENSION) -> None:
    """Measure, print and write results/bench/feature_store.csv."""
    whole, _ = make_features(rows, dimension, 1)
    tables = []
    for dtype in ("float32", "float16"):
        features, ids = whole.astype(dtype), np.arange(rows)
        info = FeatureInfo(dimension, dtype, rows, "layer", "dataset", "weights", "code")
        with tempfile.TemporaryDirectory(dir="results") as folder:
            array, file = Path(folder, "features.npy"), Path(folder, "features.parquet")

            def save_and_sync(array: Path = array, features: np.ndarray = features) -> None:
                with array.open("wb") as opened:
                    np.save(opened, features)
                    opened.flush()
                    os.fsync(opened.fileno())

            actions = {
                (f"writing {dtype}", "exoprobe"): lambda: write_features(file, ids, [features], info),  # noqa: B023
                (f"writing {dtype}", "np.save and fsync"): save_and_sync,
                (f"writing {dtype}", "np.save"): lambda: np.save(array, features),  # noqa: B023
                (f"reading {dtype}", "exoprobe"): lambda: read_features(file),  # noqa: B023
                (f"reading {dtype}", "np.load"): lambda: np.load(array),  # noqa: B023
            }
            times = {key: [] for key in actions}
            for _ in range(ROUNDS):
                for key, action in actions.items():
                    times[key].append(seconds(action))
        best = {key: float(np.median(values)) for key, values in times.items()}
        tables += [
            (*key, value, value / best[key[0], "exoprobe"], features.nbytes / value / 1e9)
            for key, value in best.items()
        ]
    columns = ["comparison", "side", "seconds", "ours_by_this", "gigabytes_per_second"]
    table = pd.DataFrame(tables, columns=columns)
    print(table.to_string(index=False))
    with atomic_write("results/bench/feature_store.csv") as temporary:
        table.to_csv(temporary, index=False)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

"""The SVM path and the regressions on features that are larger than the memory they may use.

python -m benchmarks.large_features [ROWS [DIMENSION [MEMORY_MB]]]

162,770 × 4096 float16 features in a file, 40 attributes × 7 values of C and 4 regression targets, in a process that
may hold 3 GiB; then the same with the features in memory, and how far the results are apart.
"""

import multiprocessing
import os
import resource
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.svm_speed import ATTRIBUTES, CS
from benchmarks.synthetic import make_features
from benchmarks.timing import report
from exoprobe.compute import prepare
from exoprobe.features.blocks import ArrayBlocks, Blocks, FileBlocks
from exoprobe.features.feature_file import FeatureInfo, read_features, write_features
from exoprobe.features.moments import measure_moments
from exoprobe.probes.ridge import fit_ridge_path
from exoprobe.probes.svm.linear_svm import LinearSVMs

ROWS, DIMENSION, MEMORY_MB, TARGETS = 162_770, 4096, 3_000, 4


def make_files(folder: Path, rows: int, dimension: int) -> None:
    """Write the features and what is to be predicted from them; in a process of its own, whose memory is given back."""
    features, present = make_features(rows, dimension, ATTRIBUTES, dtype="float16")
    info = FeatureInfo(dimension, "float16", rows, "layer", "dataset", "weights", "code")
    write_features(folder / "features.parquet", np.arange(rows), [features], info)
    np.save(folder / "present.npy", present)


def fit(folder: Path, memory_mb: int | None, name: str) -> None:
    """Fit everything and write the coefficients, the seconds and the largest memory, in MiB."""
    prepare(threads=os.cpu_count() or 1)
    file = folder / "features.parquet"
    features: Blocks = FileBlocks(file) if memory_mb else ArrayBlocks(read_features(file))
    present = np.load(folder / "present.npy")
    angles = present[:, :TARGETS] * 20.0 + np.random.default_rng(0).normal(0, 10, (len(present), TARGETS))
    start = time.perf_counter()
    svms_fit = LinearSVMs(CS, class_weight="balanced", memory_mb=memory_mb).fit(features, present)
    svms = time.perf_counter() - start
    path = fit_ridge_path(measure_moments(features, angles))
    regression = time.perf_counter() - start - svms
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    np.savez(folder / name, svm=svms_fit.coef_, ridge=path.coef, taken=[svms, regression, memory])


def apart(first: np.ndarray, second: np.ndarray) -> float:
    """Return the largest difference of two coefficient vectors [..., D], relative to their length."""
    return float((np.linalg.norm(first - second, axis=-1) / np.linalg.norm(second, axis=-1)).max())


def main(rows: int = ROWS, dimension: int = DIMENSION, memory_mb: int = MEMORY_MB) -> None:
    """Measure, print and write results/bench/large_features.csv."""
    processes = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory(dir="results") as name:
        folder = Path(name)
        jobs = [(make_files, (rows, dimension)), (fit, (memory_mb, "file")), (fit, (None, "memory"))]
        for job, arguments in jobs:
            process = processes.Process(target=job, args=(folder, *arguments))
            process.start()
            process.join()
            if process.exitcode:
                sys.exit(f"{job.__name__} failed")
        streamed, held = (dict(np.load(folder / f"{side}.npz")) for side in ("file", "memory"))
    sides = {f"from the file, {memory_mb} MiB": streamed, "in memory": held}
    table = pd.DataFrame(
        [(side, *result["taken"]) for side, result in sides.items()],
        columns=["side", "svm_seconds", "regression_seconds", "memory_mb"],
    )
    table["svm_apart"], table["regression_apart"] = (apart(streamed[kind], held[kind]) for kind in ("svm", "ridge"))
    table.insert(0, "features", f"{rows} × {dimension} float16")
    report("large_features", table)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

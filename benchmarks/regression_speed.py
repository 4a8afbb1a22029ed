"""Regression of several targets at ten alphas from one pass, beside scikit-learn's.

python -m benchmarks.regression_speed [ROWS [DIMENSION]]

Least squares and ridge on made-up float32 features. scikit-learn solves least squares in the features' own
precision; the reference for the coefficients is the same in float64. Each fit is the first of a process, as a
user's is; the columns "again" are those of a second fit there, which finds its memory ready. scikit-learn copies
the features, and a virtual machine may take seconds to hand out a first gigabyte.
"""

import multiprocessing
import os
import statistics
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.util import find_spec

import numpy as np
import pandas as pd
from sklearn.linear_model import LinearRegression, Ridge

from benchmarks.synthetic import make_features
from benchmarks.timing import report, timed
from exoprobe.compute import prepare
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.moments import measure_moments
from exoprobe.probes.ridge import ALPHAS, fit_ridge_path

ROWS, DIMENSION, TARGETS, REPEATS = 162_770, 832, 4, 3
OURS, REFERENCE = f"exoprobe, {len(ALPHAS) + 1} alphas", "LinearRegression, float64"

Fit = Callable[[], np.ndarray]


def make_sides(rows: int, dimension: int) -> dict[str, Fit]:
    """Return what is compared, each a function that gives least squares (or ridge) coefficients [T, D]."""
    features, present = make_features(rows, dimension, TARGETS)
    generator = np.random.default_rng(0)
    targets = features @ generator.normal(size=(dimension, TARGETS)).astype(np.float32) + 20.0 * present
    targets = targets.astype(float) + generator.normal(0, 10, targets.shape)
    wide = features.astype(float)
    alpha = ALPHAS[0] * wide.var(0).sum() * len(wide) / wide.shape[1]
    sides: dict[str, Fit] = {
        OURS: lambda: fit_ridge_path(measure_moments(ArrayBlocks(features), targets), (0.0, *ALPHAS)).coef[0],
        REFERENCE: lambda: LinearRegression().fit(wide, targets).coef_,
        "LinearRegression, float32": lambda: LinearRegression().fit(features, targets).coef_,
        "Ridge, one alpha, float64": lambda: Ridge(alpha=alpha, solver="cholesky").fit(wide, targets).coef_,
    }
    if find_spec("sklearnex"):
        from sklearnex.linear_model import LinearRegression as Faster

        sides["scikit-learn-intelex, float64"] = lambda: Faster().fit(wide, targets).coef_
    return sides


def fit_twice(side: str, rows: int, dimension: int) -> tuple[float, float, np.ndarray]:
    """Return the seconds of a process's first fit and of its second, and the coefficients."""
    prepare(threads=os.cpu_count() or 1)
    fit = make_sides(rows, dimension)[side]
    first, coef = timed(fit)
    return first, timed(fit)[0], coef


def measure(side: str, rows: int, dimension: int) -> tuple[float, float, np.ndarray]:
    """Return the medians over some processes, and the coefficients."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(1, spawn, max_tasks_per_child=1) as pool:
        first, again, coefs = zip(
            *(pool.submit(fit_twice, side, rows, dimension).result() for _ in range(REPEATS)), strict=True
        )
    return statistics.median(first), statistics.median(again), coefs[0]


def main(rows: int = ROWS, dimension: int = DIMENSION) -> None:
    """Measure, print and write results/bench/regression.csv."""
    if not find_spec("sklearnex"):
        print("scikit-learn-intelex is not installed; left out")
    results = {side: measure(side, rows, dimension) for side in make_sides(100, 4)}
    (ours, ours_again, _), reference = results[OURS], results[REFERENCE][2]
    table = pd.DataFrame(
        {
            "comparison": f"regression, {rows} × {dimension}",
            "side": side,
            "seconds": first,
            "ours_by_this": first / ours,
            "seconds_again": again,
            "ours_by_this_again": again / ours_again,
            "coefficients_off": np.abs(coef - reference).max() / np.abs(reference).max(),
        }
        for side, (first, again, coef) in results.items()
    )
    report("regression", table)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

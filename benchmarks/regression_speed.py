"""Regression of several targets at nine penalties from one pass, beside scikit-learn's.

python -m benchmarks.regression_speed [ROWS [DIMENSION]]

Least squares and ridge on made-up float32 features. scikit-learn solves least squares in the features' own
precision; the reference for the coefficients is the same in float64.
"""

import os
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from exoprobe.compute import prepare
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.files import atomic_write
from exoprobe.probes.linear_regression import PENALTIES, RidgePath, fit_ridge_path
from exoprobe.probes.moments import measure_moments
from sklearn.linear_model import LinearRegression, Ridge

from benchmarks.synthetic import make_features

ROWS, DIMENSION, TARGETS, ROUNDS = 162_770, 832, 4, 3


def timed(action: Callable[[], object]) -> tuple[float, object]:
    """Return how long the action takes and what it returns."""
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def others(features: np.ndarray, targets: np.ndarray) -> dict[str, Callable[[], np.ndarray]]:
    """Return what is compared, each a function that gives coefficients [T, D]."""
    wide = features.astype(float)
    alpha = PENALTIES[0] * wide.var(0).sum() * len(wide) / wide.shape[1]
    sides = {
        "LinearRegression, float64": lambda: LinearRegression().fit(wide, targets).coef_,
        "LinearRegression, float32": lambda: LinearRegression().fit(features, targets).coef_,
        "Ridge, one penalty, float64": lambda: Ridge(alpha=alpha, solver="cholesky").fit(wide, targets).coef_,
    }
    try:
        from sklearnex.linear_model import LinearRegression as Faster
    except ImportError:
        print("scikit-learn-intelex is not installed; left out")
    else:
        sides["scikit-learn-intelex, float64"] = lambda: Faster().fit(wide, targets).coef_
    return sides


def main(rows: int = ROWS, dimension: int = DIMENSION) -> None:
    """Measure, print and write results/bench/regression.csv."""
    prepare(threads=os.cpu_count() or 1)
    features, present = make_features(rows, dimension, TARGETS)
    generator = np.random.default_rng(0)
    targets = features @ generator.normal(size=(dimension, TARGETS)).astype(np.float32) + 20.0 * present
    targets = targets.astype(float) + generator.normal(0, 10, targets.shape)

    def ours() -> RidgePath:
        return fit_ridge_path(measure_moments(ArrayBlocks(features), targets), (0.0, *PENALTIES))

    taken, path = min((timed(ours) for _ in range(ROUNDS)), key=lambda pair: pair[0])
    name = f"regression, {rows} × {dimension}"
    rows_ = [(name, f"exoprobe, {len(PENALTIES) + 1} penalties", taken, 1.0, None)]
    coefficients = {}
    for side, fit in others(features, targets).items():
        seconds, coefficients[side] = timed(fit)
        rows_.append((name, side, seconds, seconds / taken, None))
    reference = coefficients["LinearRegression, float64"]
    table = pd.DataFrame(rows_, columns=["comparison", "side", "seconds", "ours_by_this", "coefficients_off"])
    for place, coef in {0: path.coef[0], **dict(enumerate(coefficients.values(), 1))}.items():
        table.loc[place, "coefficients_off"] = np.abs(coef - reference).max() / np.abs(reference).max()
    print(table.to_string(index=False))
    with atomic_write("results/bench/regression.csv") as temporary:
        table.to_csv(temporary, index=False)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

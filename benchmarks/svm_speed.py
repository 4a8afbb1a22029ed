"""All linear SVMs of the paper's Figure 2 at once, beside other solvers one after the other.

python -m benchmarks.svm_speed [ROWS [DIMENSION]]

40 attributes × 7 values of C on 162,770 × 832 features (made up, see benchmarks/synthetic.py). The others fit one
problem per C, each of another attribute; what all 280 would take is seven such times 40. Objectives are compared in
float64, decisions on 20,000 fresh rows.
"""

import os
import sys
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd
from sklearn.svm import LinearSVC

from benchmarks.synthetic import make_features
from benchmarks.timing import report
from exoprobe.compute import prepare
from exoprobe.probes.svm.linear_svm import LinearSVMs

ROWS, DIMENSION, ATTRIBUTES, FRESH = 162_770, 832, 40, 20_000
CS = tuple(10.0**power for power in range(-6, 1))
Fit = Callable[[np.ndarray, np.ndarray, float], tuple[np.ndarray, float]]


def fit_liblinear(features: np.ndarray, present: np.ndarray, C: float) -> tuple[np.ndarray, float]:
    """Return weights and intercept of scikit-learn's LinearSVC."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of its iteration limit
        problem = LinearSVC(C=C, dual=False, class_weight="balanced").fit(features, present)
    return problem.coef_[0], float(problem.intercept_[0])


def fit_snapml(features: np.ndarray, present: np.ndarray, C: float) -> tuple[np.ndarray, float]:
    """Return weights and intercept of Snap ML's problem, on all cores."""
    from snapml import SupportVectorMachine  # only in the benchmark's environment

    problem = SupportVectorMachine(
        loss="squared_hinge",
        regularizer=1 / C,
        class_weight="balanced",
        fit_intercept=True,
        n_jobs=os.cpu_count() or 1,
        tol=1e-4,
    ).fit(features, np.where(present, 1, -1))
    return np.ravel(problem.coef_), float(np.ravel(problem.intercept_)[0])


def other_solvers() -> dict[str, Fit]:
    """Return the solvers that are installed."""
    solvers: dict[str, Fit] = {"LinearSVC (liblinear)": fit_liblinear}
    try:
        import snapml  # noqa: F401
    except ImportError:
        print("Snap ML is not installed; left out")
    else:
        solvers["Snap ML"] = fit_snapml
    return solvers


def objective(features: np.ndarray, present: np.ndarray, C: float, weights: np.ndarray, bias: float) -> float:
    """Return LinearSVC's objective with balanced classes, in float64."""
    share = present.mean()
    cost = np.where(present, 0.5 / share, 0.5 / (1 - share))
    scores = np.concatenate([chunk.astype(float) @ weights for chunk in np.array_split(features, 50)]) + bias
    slack = np.maximum(0, 1 - np.where(present, 1, -1) * scores)
    return (weights @ weights + bias**2) / 2 + C * (cost * slack**2).sum()


def main(rows: int = ROWS, dimension: int = DIMENSION) -> None:
    """Measure, print and write results/bench/svm.csv and svm_agreement.csv."""
    prepare(threads=os.cpu_count() or 1)
    features, present = make_features(rows + FRESH, dimension, ATTRIBUTES)
    train, fresh = features[:rows], features[rows:]
    start = time.perf_counter()
    ours = LinearSVMs(CS, class_weight="balanced").fit(train, present[:rows])
    ours_takes = time.perf_counter() - start
    name = f"SVMs, {rows} × {dimension}, {ATTRIBUTES} × {len(CS)}"
    speed = [(name, "exoprobe", ours_takes, 1.0)]
    print(f"exoprobe: {ours_takes:.1f} s for all", flush=True)
    agreement = []
    for solver, fit in other_solvers().items():
        taken = []
        for index, C in enumerate(CS):
            attribute = index * ATTRIBUTES // len(CS)
            target = present[:rows, attribute]
            start = time.perf_counter()
            weights, bias = fit(train, target, C)
            taken.append(time.perf_counter() - start)
            our_model = ours.coef_[index, attribute], float(ours.intercept_[index, attribute])
            reached, theirs = (objective(train, target, C, *model) for model in (our_model, (weights, bias)))
            same = ((fresh @ our_model[0] + our_model[1] > 0) == (fresh @ weights + bias > 0)).mean()
            agreement.append((solver, attribute, C, taken[-1], reached / theirs - 1, same))
            print(*agreement[-1], flush=True)
        all_takes = float(np.mean(taken)) * ATTRIBUTES * len(CS)
        speed.append((name, solver, all_takes, all_takes / ours_takes))
    columns = ["comparison", "side", "seconds", "ours_by_this"]
    for file, table in {
        "svm": pd.DataFrame(speed, columns=columns),
        "svm_agreement": pd.DataFrame(
            agreement,
            columns=["solver", "attribute", "C", "seconds", "objective_above_theirs", "same_decisions"],
        ),
    }.items():
        report(file, table)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

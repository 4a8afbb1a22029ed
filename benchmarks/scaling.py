"""What the probes cost against rows, dimensions and targets: python -m benchmarks.scaling.

Writes results/bench/scaling.csv and a plot of it. Each line varies one size and holds the others.
"""

import os
from collections.abc import Callable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.figure import Figure

from benchmarks.svm_speed import CS
from benchmarks.synthetic import make_features
from benchmarks.timing import fastest, report
from exoprobe.compute import prepare
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.moments import measure_moments
from exoprobe.io.files import atomic_write
from exoprobe.probes.ridge import fit_ridge_path
from exoprobe.probes.svm.linear_svm import LinearSVMs

REPEATS = 3
BASE = {"rows": 80_000, "dimensions": 256, "targets": 10}
SIZES = {
    "rows": (20_000, 40_000, 80_000, 160_000, 320_000, 640_000),
    "dimensions": (64, 128, 256, 512, 1024, 2048),
    "targets": (5, 10, 20, 40, 80),
}


def fit_svms(features: np.ndarray, present: np.ndarray) -> None:
    """Fit the SVMs of all targets at seven values of C."""
    LinearSVMs(CS, class_weight="balanced").fit(features, present)


def fit_regressions(features: np.ndarray, present: np.ndarray) -> None:
    """Fit the regressors of all targets at nine alphas."""
    fit_ridge_path(measure_moments(ArrayBlocks(features), present.astype(float)))


PROBES: dict[str, Callable[[np.ndarray, np.ndarray], None]] = {
    "linear SVMs, 7 values of C": fit_svms,
    "ridge regression, 9 alphas": fit_regressions,
}


def measure() -> pd.DataFrame:
    """Return a row per probe, varied size and its value: the seconds and, per line, the log-log slope."""
    rows = []
    for varied, values in SIZES.items():
        for value in values:
            size = {**BASE, varied: value}
            features, present = make_features(size["rows"], size["dimensions"], size["targets"])
            for probe, fit in PROBES.items():
                taken, _ = fastest(lambda: fit(features, present), REPEATS)  # noqa: B023
                rows.append({"probe": probe, "varied": varied, "value": value, "seconds": taken})
                print(rows[-1], flush=True)
    table = pd.DataFrame(rows)
    slopes = {
        key: np.polyfit(np.log(line["value"]), np.log(line["seconds"]), 1)[0]
        for key, line in table.groupby(["probe", "varied"])
    }
    return table.assign(slope=[slopes[key] for key in zip(table["probe"], table["varied"], strict=True)])


def plot(table: pd.DataFrame) -> Figure:
    """Draw seconds against each size, with the slopes."""
    figure, axes = plt.subplots(1, len(SIZES), figsize=(7, 2.6), layout="constrained", sharey=True)
    for axis, varied in zip(axes, SIZES, strict=True):
        for probe, marker in zip(PROBES, "os", strict=True):
            line = table[(table["probe"] == probe) & (table["varied"] == varied)]
            label = f"{probe.split(',')[0]}: slope {line['slope'].iloc[0]:.2f}"
            axis.loglog(line["value"], line["seconds"], marker=marker, markersize=4, linewidth=1, label=label)
        fixed = ", ".join(f"{value:,} {name}" for name, value in BASE.items() if name != varied)
        axis.set_title(fixed, fontsize=7)
        axis.set_xlabel(varied)
        axis.set_xticks(SIZES[varied], [f"{size // 1000}k" if size >= 10_000 else str(size) for size in SIZES[varied]])
        axis.tick_params(axis="x", labelsize=6, which="both")
        axis.minorticks_off()
        axis.legend(fontsize=6, frameon=False)
        axis.spines[["top", "right"]].set_visible(False)
    axes[0].set_ylabel("seconds")
    return figure


def main() -> None:
    """Measure, print, write and plot."""
    prepare(threads=os.cpu_count() or 1)
    for fit in PROBES.values():  # what is loaded at first use does not count
        fit(*make_features(5_000, 64, 2))
    table = measure()
    report("scaling", table)
    with atomic_write("results/bench/scaling.png") as temporary:
        plot(table).savefig(temporary, dpi=200)


if __name__ == "__main__":
    main()

"""Are APD and nIPD those of croma? python -m benchmarks.croma_parity, with benchmarks/requirements.txt installed.

croma trains its probes on PathoROB's three schedules, for made-up features of slides with a shortcut between center and
class. Both measures of its accuracies, by croma and by exoprobe, must be equal to 1e-9.
"""

import sys

import croma
import numpy as np
import pandas as pd
from croma.downstream.probe import pathorob_schedule, probe_sweep

from exoprobe.evaluation.performance_drop import average_performance_drop, integrated_degradation

TOLERANCE = 1e-9
SCHEDULES = {"camelyon": (2, 2), "tcga": (4, 4), "tolkach_esca": (2, 6)}  # centers, classes
SLIDES, ROWS_PER_SLIDE, DIMENSION, ITERATIONS = 24, 10, 12, 5


def make_slides(centers: int, classes: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return features [n, D] that encode center and class, and both of these [n]."""
    random = np.random.default_rng(seed)
    cells = np.array([(center, label) for center in range(centers) for label in range(classes)])
    center, label = np.repeat(cells, SLIDES * ROWS_PER_SLIDE, axis=0).T
    slides = random.normal(size=(len(cells) * SLIDES, DIMENSION)).repeat(ROWS_PER_SLIDE, axis=0)
    features = slides + random.normal(size=slides.shape)
    of_centers, of_labels = random.normal(size=(centers, DIMENSION)), random.normal(size=(classes, DIMENSION))
    return features + 1.5 * of_centers[center] + 0.7 * of_labels[label], center, label


def strengths_of(schedule: list) -> np.ndarray:
    """Return Cramér's V of each split of a schedule."""
    strengths = []
    for split, _ in schedule:
        counts = pd.DataFrame(split).pivot_table(index=0, columns=1, values=2, fill_value=0).to_numpy(np.float64)
        table = counts / counts.sum()
        independent = np.outer(table.sum(1), table.sum(0))
        phi = ((table - independent) ** 2 / independent).sum()
        strengths.append(np.sqrt(phi / (min(table.shape) - 1)))
    return np.array(strengths)


def main() -> None:
    """Compare both measures on every schedule, and print them."""
    largest = 0.0
    for seed, (name, (centers, classes)) in enumerate(SCHEDULES.items()):
        schedule = pathorob_schedule(name, rows_per_slide=ROWS_PER_SLIDE)
        accuracies = probe_sweep(
            *make_slides(centers, classes, seed), schedule=schedule, rows_per_slide=ROWS_PER_SLIDE,
            iterations=ITERATIONS,
        )  # fmt: skip
        strengths = strengths_of(schedule)
        strengths = (strengths - strengths[0]) / (strengths[-1] - strengths[0])  # croma's nIPD is from 0 to 1
        theirs = croma.apd(accuracies), croma.nipd(accuracies, strengths, 1 / classes)
        ours = average_performance_drop(accuracies), integrated_degradation(accuracies, strengths, 1 / classes)
        largest = max(largest, *np.abs(np.subtract(ours, theirs)))
        print(f"{name}: APD {theirs[0]:.6f} and {ours[0]:.6f}, nIPD {theirs[1]:.6f} and {ours[1]:.6f}")
    print(f"largest difference {largest:.1e}, bar {TOLERANCE:.0e}")
    sys.exit(int(not largest <= TOLERANCE))


if __name__ == "__main__":
    main()

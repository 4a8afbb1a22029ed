"""Are the neighbors' measures those of croma and scib-metrics? python -m benchmarks.neighbors_parity

In an environment of its own, since scib-metrics brings jax: Python 3.12, and pip install . croma==1.0.1
scib-metrics==0.6.1. Three datasets: scikit-learn's digits (label: parity; factor: how much ink)
and breast cancers (label: diagnosis; factor: texture), and made-up cells (label: type; factor: batch; groups: donors).
Every value must be equal to 1e-6. scib-metrics' kBET per label searches its neighbors approximately, by diffusion
distance; its kBET is compared here, within each label, with exact neighbors.
"""

import os
import sys
import warnings

os.environ["JAX_ENABLE_X64"] = "1"

import croma
import numpy as np
import pandas as pd
import scib_metrics
from scib_metrics.nearest_neighbors import NeighborsResults
from sklearn.datasets import load_breast_cancer, load_digits
from sklearn.neighbors import NearestNeighbors

from exoprobe.evaluation.neighbor_table import CHOICES, neighbor_table
from exoprobe.evaluation.neighbors import FEWEST_KBET, LEAST_ROWS, MIXING_NEIGHBORS, MOST_KBET
from exoprobe.features.cosine import unit_vectors

TOLERANCE = 1e-6
Dataset = tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]  # features, labels, the factor's classes, groups


def digits() -> Dataset:
    """Return scikit-learn's digits; groups are runs of ten, as if of one writer."""
    pixels, digit = load_digits(return_X_y=True)
    ink = np.searchsorted(np.quantile(pixels.sum(1), [1 / 3, 2 / 3]), pixels.sum(1))
    return pixels, digit % 2, ink, np.arange(len(digit)) // 10


def cells(seed: int = 0) -> Dataset:
    """Return made-up cells of 40 donors in four batches, of three types."""
    random = np.random.default_rng(seed)
    donor = np.repeat(np.arange(40), 30)
    batch, kind = donor % 4, random.integers(0, 3, len(donor))
    features = random.normal(size=(len(donor), 20)) + 0.5 * random.normal(size=(40, 20))[donor]
    return (
        features + 2 * random.normal(size=(3, 20))[kind] + 0.7 * random.normal(size=(4, 20))[batch],
        kind,
        batch,
        donor,
    )


def cancers() -> Dataset:
    """Return scikit-learn's breast cancers, standardized; groups are pairs of rows, as if of one patient."""
    features, diagnosis = load_breast_cancer(return_X_y=True)
    texture = np.searchsorted(np.quantile(features[:, 1], [0.25, 0.5, 0.75]), features[:, 1])
    standardized = (features - features.mean(0)) / features.std(0)
    return standardized, diagnosis, texture, np.arange(len(diagnosis)) // 2


def theirs(features: np.ndarray, labels: np.ndarray, codes: np.ndarray, groups: np.ndarray) -> dict[str, float]:
    """Return the measures of both packages, by the names of ours."""
    manifest = pd.DataFrame({"sample_id": np.arange(len(labels)), "image_path": "", "label": labels,
                             "group_id": groups, "value": codes})  # fmt: skip
    asked = {"confounder_column": "value", "k_candidates": CHOICES}
    unit = unit_vectors(features.astype(np.float64))
    return {
        "robustness_index": croma.RI.compute(features, manifest, **asked).value,
        "mari": croma.MaRI.compute(features, manifest, **asked).value,
        "croma": croma.CRoMa.compute(features, manifest, confounder_column="value").value,
        "ilisi": scib_metrics.ilisi_knn(nearest(unit, MIXING_NEIGHBORS), codes),
        "kbet_per_label": np.mean([kbet(unit[labels == label], codes[labels == label]) for label in np.unique(labels)]),
        "bras": scib_metrics.bras(features, labels, codes),
    }


def nearest(features: np.ndarray, count: int) -> NeighborsResults:
    """Return the exact nearest rows, the row itself first, as scib-metrics wants them."""
    distances, indices = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(features).kneighbors(features)
    return NeighborsResults(indices=indices, distances=distances)


def kbet(features: np.ndarray, codes: np.ndarray) -> float:
    """Return the acceptance rate of one label's rows, with scib-metrics' number of neighbors."""
    assert len(codes) >= LEAST_ROWS
    count = min(MOST_KBET, max(FEWEST_KBET, int(np.floor(np.bincount(codes).mean() / 4))))
    return float(scib_metrics.kbet(nearest(features, count + 1), codes)[0])


def main() -> None:
    """Compare every measure on every dataset, and print them."""
    warnings.simplefilter("ignore", RuntimeWarning)
    largest = 0.0
    for name, dataset in {"digits": digits(), "cells": cells(), "cancers": cancers()}.items():
        features, labels, codes, groups = dataset
        table = neighbor_table(features, [("factor", codes)], groups, labels, label_is_group=False)
        ours = table.set_index("measure")["value"]
        for measure, value in theirs(*dataset).items():
            largest = max(largest, abs(ours[measure] - value))
            print(f"{name}: {measure} {value:.8f} and {ours[measure]:.8f}")
    print(f"largest difference {largest:.1e}, bar {TOLERANCE:.0e}")
    sys.exit(int(not largest <= TOLERANCE))


if __name__ == "__main__":
    main()

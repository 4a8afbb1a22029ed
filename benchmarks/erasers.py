"""Do erasers erase, and what do they cost? Simulated features: python -m benchmarks.erasers.

Five factors together: 100 datasets of each size with five binary factors, each written in along a direction of its own.
They are erased from one half of the training groups; the linear probe is fitted on the other half, and test is of other
groups. A label that goes with a factor (Cramér's V 0.6): 200 datasets with the label written in beside the factor,
which is erased by LEACE, and by SPLINCE, which keeps the label's covariance with the features.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression
from tqdm import tqdm

from exoprobe import Eraser
from exoprobe.evaluation.erasure_effect import erasure_tables
from exoprobe.probes.probe_data import open_representation
from tests.planted import Planted

TOGETHER, FACTORS, SIZES = 100, 5, ((200, 16), (1_000, 16), (1_000, 64))  # groups of 6 rows, dimensions
KEPT, ROWS, DIMENSION, ASSOCIATION, STRENGTH = 200, 2_000, 32, 0.6, 1.5
WEAK = 1e-3  # C of the strongly regularized model


def erased_together(seed: int, groups: int, dimension: int) -> pd.DataFrame:
    """Erase five factors at once; return a row for each of them."""
    with tempfile.TemporaryDirectory() as folder:
        planted = Planted(Path(folder), seed, groups, dimension=dimension)
        names = [f"factor {index}" for index in range(FACTORS)]
        for name in names:
            direction = planted.rng.normal(size=dimension)
            planted.features += planted.binary(name)[:, None] * direction / np.linalg.norm(direction)
        features, files = planted.write(), (planted.samples, planted.factors_file)
        source = open_representation(*files, features)
        table = erasure_tables(source, *files, ["linear"], erase=[names], label_is_group=True)["erasure"]
    return table.assign(seed=seed, groups=groups, dimension=dimension)


def kept_label(seed: int) -> dict[str, float]:
    """Erase a factor with and without keeping a label; return how much more accurate the label is with it."""
    rng = np.random.default_rng(seed)
    label = rng.integers(0, 2, ROWS)
    factor = np.where(rng.random(ROWS) < (1 + ASSOCIATION) / 2, label, 1 - label)
    mixing = np.eye(DIMENSION) + rng.normal(size=(DIMENSION, DIMENSION)) / np.sqrt(DIMENSION)
    features = rng.normal(size=(ROWS, DIMENSION)) @ mixing
    for signs in (2 * label - 1, 2 * factor - 1):
        direction = rng.normal(size=DIMENSION)
        features += STRENGTH * signs[:, None] * direction / np.linalg.norm(direction)
    train, test = slice(ROWS // 2), slice(ROWS // 2, None)
    head = LogisticRegression(max_iter=1_000).fit(features[train], label[train])
    accuracies = []
    for keep in (None, label[train]):
        eraser = Eraser().fit(features[train], factor[train], keep=keep)
        accuracies.append(_accuracies(head, eraser.transform(features), label, train, test))
    moved = _covariance(eraser.transform(features[train]), label[train]) - _covariance(features[train], label[train])
    gains = {name: accuracies[1][name] - accuracies[0][name] for name in accuracies[0]}
    return {**gains, "covariance": float(np.abs(moved).max())}


def _accuracies(
    head: LogisticRegression, erased: np.ndarray, label: np.ndarray, train: slice, test: slice
) -> dict[str, float]:
    """Return the label's accuracy on test by a head fitted before the erasure, and by models fitted after it."""
    means = np.stack([erased[train][label[train] == code].mean(0) for code in (0, 1)])
    fresh = {
        name: LogisticRegression(C=strength, max_iter=1_000).fit(erased[train], label[train])
        for name, strength in (("regularized", WEAK), ("hardly regularized", 1.0))
    }
    predicted = {
        "head of before": head.predict(erased[test]),
        "class means": np.square(erased[test][:, None] - means).sum(2).argmin(1),
        **{name: model.predict(erased[test]) for name, model in fresh.items()},
    }
    return {name: float((codes == label[test]).mean()) for name, codes in predicted.items()}


def _covariance(features: np.ndarray, label: np.ndarray) -> np.ndarray:
    return (features - features.mean(0)).T @ (label - label.mean()) / len(label)


def rate(hits: pd.Series) -> str:
    """Return a rate with its 95 % interval (Wilson 1927)."""
    limits = binomtest(int(hits.sum()), len(hits)).proportion_ci(method="wilson")
    return f"{hits.mean():.1%} [{limits.low:.1%}, {limits.high:.1%}] of {len(hits)}"


def lines() -> Iterator[str]:
    """Yield a line per result."""
    for groups, dimension in SIZES:
        runs = [erased_together(seed, groups, dimension) for seed in tqdm(range(TOGETHER), f"{groups} × {dimension}")]
        table = pd.concat(runs)
        linear = table[table["probe"] == "linear"]
        whole = linear.groupby("seed")["at_baseline"].all()
        skills = f"skill {linear['skill_before'].mean():.2f} before, {linear['skill'].mean():.3f} after"
        yield f"{groups} groups, {dimension} dimensions: {skills}"
        yield f"    a factor at its constant: {rate(linear['at_baseline'])}; all five: {rate(whole)}"
    table = pd.DataFrame([kept_label(seed) for seed in tqdm(range(KEPT), "kept label")])
    yield f"SPLINCE: largest change of the label's covariance {table.pop('covariance').max():.1e}"
    for name, gains in table.items():
        yield f"    label accuracy at least LEACE's, {name}: {rate(gains >= 0)}, mean gain {gains.mean():+.3f}"


if __name__ == "__main__":
    for line in lines():
        print(line, flush=True)

"""The measures of nearest neighbors of each factor, with intervals."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from exoprobe.evaluation.intervals import jackknife_limits
from exoprobe.evaluation.neighbors import (
    ACCEPTED,
    MARGIN_NEIGHBORS,
    MIXING_NEIGHBORS,
    MOST_KBET,
    SPARE,
    Measure,
    Neighbors,
    acceptance,
    cosine_distances,
    distances_within,
    find_neighbors,
    kernel_weights,
    mixing,
    robustness,
    robustness_margin,
    silhouette,
    typed_scale,
)
from exoprobe.features.drawn_rows import draw_rows

CHOICES = (5, 10, 20, 50, 100)  # how many neighbors; the label chooses
MOST_ROWS = 2_000  # compared with each other
COLUMNS = ["factor", "measure", "value", "low", "high", "chance", "k", "support"]


@dataclass(frozen=True)
class _Row:
    """A measure of a factor: its name, the function, its value for random neighbors, how many neighbors, minimum."""

    name: str
    measure: Measure
    chance: float = np.nan
    k: float = np.nan
    lowest: float = 0.0

    def value(self, rows: np.ndarray) -> float:
        """Return the value on these rows, bool [n]."""
        return self.measure(rows)[0]


def neighbor_table(
    features: np.ndarray, factors: Sequence[tuple[str, np.ndarray]], groups: np.ndarray, labels: np.ndarray,
    *, label_is_group: bool,
) -> pd.DataFrame:  # fmt: skip
    """Measure the nearest neighbors of rows, whole groups drawn up to 2,000 rows.

    Args:
        features: [n, D].
        factors: names and classes, int [n], −1 where not known.
        groups: [n]; intervals are over them.
        labels: int [n], −1 where it is not known.
        label_is_group: else neighbors of a row's group do not count in what compares the factor with the label.

    Returns:
        A row per factor and measure that is defined: ``factor``, ``measure``, ``value``, ``low``, ``high``, ``chance``
        (of random neighbors), ``k`` (how many neighbors), ``support`` (the share of rows that it rests on).
    """
    rows = draw_rows(groups, MOST_ROWS)
    groups, labels = groups[rows], labels[rows]
    measures = _Measures(features[rows], groups, labels, np.arange(len(rows)) if label_is_group else groups)
    table = []
    for name, classes in factors:
        codes = classes[rows]
        for known, row in measures.of(codes):
            value, support = row.measure(known)
            if np.isnan(value):
                continue
            low, high = np.clip(jackknife_limits(value, row.value, known, groups), row.lowest, 1)
            table.append([name, row.name, value, low, high, row.chance, row.k, support])
    return pd.DataFrame(table, columns=COLUMNS)


class _Measures:
    """What all factors' measures share: who is whose neighbor.

    Args:
        features: [n, D].
        groups: [n].
        labels: int [n], −1 where it is not known.
        excluded: [n]; rows that have it in common are not neighbors where the factor is compared with the label.
    """

    def __init__(self, features: np.ndarray, groups: np.ndarray, labels: np.ndarray, excluded: np.ndarray) -> None:
        distances, self.labels, self.excluded = cosine_distances(features), labels, excluded
        self.within = distances_within(distances, labels)
        self.outside = find_neighbors(distances, excluded[:, None] != excluded)
        nearest = int(SPARE * CHOICES[-1])
        self.near = Neighbors(self.outside.indices[:, :nearest], self.outside.distances[:, :nearest])
        everyone = find_neighbors(distances, ~np.eye(len(labels), dtype=bool), MIXING_NEIGHBORS)
        self.all = everyone, kernel_weights(everyone, np.ones(len(labels), bool))
        self.alike = find_neighbors(distances, labels[:, None] == labels, MOST_KBET + 1)
        labeled = labels >= 0
        choices = tuple(count for count in CHOICES if count < labeled.sum())
        self.several = len(np.unique(labels[labeled])) > 1 and len(choices) > 0
        self.count = choose_count(self.near, labels, labeled, choices) if self.several else 0

    def of(self, codes: np.ndarray) -> Iterator[tuple[np.ndarray, _Row]]:
        """Yield the measures of a factor with these classes [n], and the rows that each is of, bool [n]."""
        known = codes >= 0
        shares = np.bincount(codes[known]) / max(known.sum(), 1)
        values = np.count_nonzero(shares)
        if values < 2:
            return
        mixed = (1 / np.square(shares).sum() - 1) / (values - 1)
        yield known, _Row("ilisi", mixing(*self.all, codes), mixed, min(MIXING_NEIGHBORS, known.sum()) - 1)
        known = known & (self.labels >= 0)
        if not self.several or not known.any():
            return
        yield known, _Row("kbet_per_label", acceptance(self.alike, self.labels, codes, known), 1 - ACCEPTED)
        yield known, _Row("bras", silhouette(self.within, self.labels, codes), 1.0)
        chance = _robustness_chance(self.labels, codes, self.excluded)
        if not 0 < chance < 1:
            return
        pairs = self.near, self.labels, codes
        scale = typed_scale(*pairs, known, self.count)
        yield known, _Row("robustness_index", robustness(*pairs, self.count), chance, self.count)
        yield known, _Row("mari", robustness(*pairs, self.count, scale), chance, self.count)
        margin = robustness_margin(self.outside, self.labels, codes)
        yield known, _Row("croma", margin, k=MARGIN_NEIGHBORS, lowest=-1.0)


def choose_count(neighbors: Neighbors, labels: np.ndarray, rows: np.ndarray, choices: tuple[int, ...]) -> int:
    """Return the number of neighbors whose majority predicts the label with the highest balanced accuracy.

    Args:
        neighbors: of other groups.
        labels: int [n]; of values that are equally frequent, the smallest is predicted.
        rows: bool [n], with known labels.
        choices: ascending; of equally accurate ones the first.
    """
    accuracies, classes = [], labels.max() + 1
    for count in choices:
        used = neighbors.first(count, rows)
        asked = used.any(1)
        voter, neighbor = np.nonzero(used[asked])
        votes = voter * classes + labels[neighbors.indices[asked][voter, neighbor]]
        counts = np.bincount(votes, minlength=asked.sum() * classes).reshape(-1, classes)
        right = counts.argmax(1) == labels[asked]
        sizes = np.bincount(labels[asked], minlength=1)
        recalls = np.bincount(labels[asked], right, minlength=1)[sizes > 0] / sizes[sizes > 0]
        accuracies.append(recalls.mean() if len(recalls) else 0.0)
    return choices[int(np.argmax(accuracies))]


def _robustness_chance(labels: np.ndarray, codes: np.ndarray, groups: np.ndarray) -> float:
    """Return the index of neighbors drawn at random: 0.5 where labels and values are two each, and balanced.

    Args:
        labels: int [n], −1 where it is not known.
        codes: int [n], the nuisance's class; −1 where it is not known.
        groups: int [n]; neighbors of a row's own group are left out.
    """
    known = (labels >= 0) & (codes >= 0)
    labels, codes, groups = labels[known], codes[known], groups[known]
    alike, alike_in_group = _alike(labels, codes), _alike(labels, codes, groups)
    favorable = _alike(labels) - alike - (_alike(labels, groups) - alike_in_group)
    unfavorable = _alike(codes) - alike - (_alike(codes, groups) - alike_in_group)
    return _share(favorable, unfavorable)


def _alike(*columns: np.ndarray) -> int:
    """Count the ordered pairs of rows that are the same in all columns, a row and itself among them."""
    _, counts = np.unique(np.stack(columns, axis=1), axis=0, return_counts=True)
    return int(np.square(counts).sum())


def _share(favorable: int, unfavorable: int) -> float:
    return favorable / (favorable + unfavorable) if favorable + unfavorable else np.nan

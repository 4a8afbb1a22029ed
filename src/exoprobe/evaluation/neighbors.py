"""Nearest neighbors by cosine: do they follow the class in spite of a factor, and do the factor's values mix in them?

A measure is a function of the rows to use, bool [n], as queries and as neighbors; it is computed again without some of
the groups. What is chosen before stays: the number of neighbors, and the widths of kernels.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from scipy.sparse import csr_array
from scipy.special import chdtrc

from exoprobe.features.cosine import unit_vectors

MARGIN_NEIGHBORS = 5  # of each type
MIXING_NEIGHBORS = 90  # the row itself among them
FEWEST_KBET, MOST_KBET = 10, 70  # the row itself not among them
LEAST_ROWS = 10  # of a class, for kBET
ACCEPTED = 0.05  # p-value
TRIES, TOLERANCE = 50, 1e-5  # of the search for a kernel's width
SPARE = 1.5  # so many times the neighbors are kept, for when some rows are not used
REMEMBERED = 64  # answers of who the first neighbors are; all factors ask the same

Measure = Callable[[np.ndarray], tuple[float, float]]  # of rows: the value, and the share of rows that have one


def cosine_distances(features: np.ndarray) -> np.ndarray:
    """Return 1 − cosine of all pairs of rows of features [n, D]: float64 [n, n], 0 on the diagonal."""
    unit = unit_vectors(features.astype(np.float64))
    distances: np.ndarray = np.maximum(1 - unit @ unit.T, 0)
    np.fill_diagonal(distances, 0)
    return distances


@dataclass(frozen=True)
class Neighbors:
    """The nearest of the rows that may be a row's neighbors, nearest first.

    Attributes:
        indices: int [n, K].
        distances: [n, K], infinite where there are no more.
    """

    indices: np.ndarray
    distances: np.ndarray
    _remembered: dict[tuple[bytes, bytes], np.ndarray] = field(default_factory=dict, repr=False)

    def first(self, count: int | np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return which are the first neighbors of each row among these rows, bool [n]: bool [n, K], none of others.

        Args:
            count: of all rows, or [n, 1].
            rows: bool [n].
        """
        key = np.asarray(count).tobytes(), rows.tobytes()
        if key not in self._remembered:
            if len(self._remembered) == REMEMBERED:
                self._remembered.clear()
            there = rows[self.indices] & np.isfinite(self.distances) & rows[:, None]
            self._remembered[key] = there & (there.cumsum(1, dtype=np.int16) <= count)
        return self._remembered[key]

    def of_type(self, chosen: np.ndarray, count: int) -> "Neighbors":
        """Return the first ``count`` neighbors that are chosen, bool [n, K]."""
        position = chosen.cumsum(1, dtype=np.int16)
        row, column = np.nonzero(chosen & (position <= count))
        indices = np.zeros((len(chosen), count), int)
        distances = np.full(indices.shape, np.inf)
        cells = row, position[row, column] - 1
        indices[cells], distances[cells] = self.indices[row, column], self.distances[row, column]
        return Neighbors(indices, distances)


def find_neighbors(distances: np.ndarray, allowed: np.ndarray, count: int | None = None) -> Neighbors:
    """Find each row's nearest rows.

    Args:
        distances: [n, n].
        allowed: bool [n, n], which rows may be neighbors of a row.
        count: how many are needed; some more are found. None for all.
    """
    masked = np.where(allowed, distances, np.inf)
    width = len(distances) if count is None else min(int(SPARE * count) + 1, len(distances))
    nearest = np.argpartition(masked, width - 1, axis=1)[:, :width]
    values = np.take_along_axis(masked, nearest, axis=1)
    order = np.argsort(values, axis=1, kind="stable")
    return Neighbors(np.take_along_axis(nearest, order, axis=1), np.take_along_axis(values, order, axis=1))


def type_pairs(neighbors: Neighbors, labels: np.ndarray, codes: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return which neighbors share a row's label alone, and which its factor's value alone: bool [n, K] each."""
    same_label = labels[neighbors.indices] == labels[:, None]
    same_value = codes[neighbors.indices] == codes[:, None]
    return same_label & ~same_value, ~same_label & same_value


def typed_scale(neighbors: Neighbors, labels: np.ndarray, codes: np.ndarray, rows: np.ndarray, count: int) -> float:
    """Return the median distance of the first neighbors that share either the label or the value (τ of croma).

    1 where that is 0: then it decides nothing.
    """
    favorable, unfavorable = type_pairs(neighbors, labels, codes)
    distances = neighbors.distances[neighbors.first(count, rows) & (favorable | unfavorable)]
    return float(np.median(distances)) or 1.0 if len(distances) else 1.0


def robustness(
    neighbors: Neighbors, labels: np.ndarray, codes: np.ndarray, count: int, scale: float = np.inf
) -> Measure:
    """Measure the robustness index SO / (SO + OS) (de Jong, Marcus and Teuwen 2025; in this form Kömen et al. 2025).

    SO counts the first neighbors of the same label and another value of the factor, OS those of another label and the
    same value, over all rows. From 0 (neighbors follow the factor) to 1 (the label).

    Args:
        neighbors: of other groups.
        labels: int [n].
        codes: int [n], the factor's classes.
        count: how many neighbors.
        scale: each neighbor weighs exp(−distance / scale), which is the margin-aware index (MaRI, croma 1.0.1).
    """
    weights = np.exp(-np.where(np.isfinite(neighbors.distances), neighbors.distances, 0) / scale)
    favorable, unfavorable = (weights * pairs for pairs in type_pairs(neighbors, labels, codes))
    counted = favorable + unfavorable > 0

    def measure(rows: np.ndarray) -> tuple[float, float]:
        used = neighbors.first(count, rows)
        for_label, for_value = favorable[used].sum(), unfavorable[used].sum()
        defined = (used & counted).any(1)[rows]
        return (float(for_label / (for_label + for_value)), float(defined.mean())) if defined.any() else (np.nan, 0.0)

    return measure


def robustness_margin(neighbors: Neighbors, labels: np.ndarray, codes: np.ndarray) -> Measure:
    """Measure the cross-confounder robustness margin, CRoMa (croma 1.0.1).

    Of each row, the mean distance a to the five nearest rows of the same label and another value of the factor, and b
    to those of another label and the same value: (b − a) / (b + a), from −1 (the factor is nearer) to 1 (the label).
    The median over rows that have five of both.

    Args:
        neighbors: all rows of other groups.
        labels: int [n].
        codes: int [n], the factor's classes.
    """
    by_type = [neighbors.of_type(pairs, 3 * MARGIN_NEIGHBORS) for pairs in type_pairs(neighbors, labels, codes)]

    def measure(rows: np.ndarray) -> tuple[float, float]:
        used = [neighbors.first(MARGIN_NEIGHBORS, rows)[rows] for neighbors in by_type]
        defined = np.all([chosen.sum(1) == MARGIN_NEIGHBORS for chosen in used], axis=0)
        near, far = (
            np.where(chosen, neighbors.distances[rows], 0).sum(1)[defined]
            for chosen, neighbors in zip(used, by_type, strict=True)
        )
        margins = (far - near)[near + far > 0] / (far + near)[near + far > 0]
        return (float(np.median(margins)), len(margins) / int(rows.sum())) if len(margins) else (np.nan, 0.0)

    return measure


def kernel_weights(neighbors: Neighbors, rows: np.ndarray) -> np.ndarray:
    """Return how much each neighbor weighs for :func:`mixing`, [n, K].

    The weights exp(−β d) of the Euclidean distances of features of length 1 have a perplexity of a third of the
    neighbors, by bisection as in Harmony (Korsunsky et al. 2019).
    """
    count = min(MIXING_NEIGHBORS, int(rows.sum()))
    used, goal = neighbors.first(count - 1, rows), np.log(count // 3)
    far = np.sqrt(2 * np.where(np.isfinite(neighbors.distances), neighbors.distances, 0))
    width, low, high = np.ones(len(far)), np.full(len(far), -np.inf), np.full(len(far), np.inf)
    for _ in range(TRIES):
        weights = np.exp(-far * width[:, None]) * used
        total = np.where(weights.sum(1) > 0, weights.sum(1), 1)
        excess = np.log(total) + width * (far * weights).sum(1) / total - goal
        searching = np.abs(excess) >= TOLERANCE
        if not searching.any():
            break
        above = excess > 0
        low, high = np.where(searching & above, width, low), np.where(searching & ~above, width, high)
        wider = np.where(np.isinf(high), width * 2, (width + high) / 2)
        narrower = np.where(np.isinf(low), width / 2, (width + low) / 2)
        width = np.where(searching, np.where(above, wider, narrower), width)
    kernel: np.ndarray = np.exp(-far * width[:, None])
    return kernel


def mixing(neighbors: Neighbors, weights: np.ndarray, codes: np.ndarray) -> Measure:
    """Measure iLISI, the local inverse Simpson's index of the factor's values (Korsunsky et al. 2019).

    The median over rows of the effective number of values among 89 neighbors, from 0 (one value) to 1 (all alike).

    Args:
        neighbors: all other rows.
        weights: [n, K], of :func:`kernel_weights`.
        codes: int [n], the factor's classes.
    """

    by_value = _sums_by_value(neighbors, codes)

    def measure(rows: np.ndarray) -> tuple[float, float]:
        used = neighbors.first(min(MIXING_NEIGHBORS, int(rows.sum())) - 1, rows)
        shares = by_value(weights * used)[rows]
        shares /= shares.sum(1, keepdims=True)
        effective = float(np.median(1 / np.square(shares).sum(1)))
        values = len(np.unique(codes[rows]))
        return ((effective - 1) / (values - 1), 1.0) if values > 1 else (np.nan, 0.0)

    return measure


def _sums_by_value(neighbors: Neighbors, codes: np.ndarray) -> Callable[[np.ndarray], np.ndarray]:
    """Return what sums weights [n, K] of each row's neighbors by the factor's value: [n, V]."""
    rows, values = len(codes), codes.max() + 1
    of_neighbors = np.where(codes < 0, values, codes)[neighbors.indices]  # unknown ones come last
    cells = (of_neighbors + (values + 1) * np.arange(rows)[:, None]).ravel()

    def sums(weights: np.ndarray) -> np.ndarray:
        return np.bincount(cells, weights.ravel(), minlength=rows * (values + 1)).reshape(rows, -1)[:, :-1]

    return sums


def acceptance(neighbors: Neighbors, labels: np.ndarray, codes: np.ndarray, known: np.ndarray) -> Measure:
    """Measure kBET within each label: how often neighbors have the label's shares of the factor's values.

    The share of rows whose neighbors pass a χ² test at 5 % (Büttner et al. 2019), the mean over labels of ten rows and
    two values at least. A quarter of the mean number of rows per value are neighbors, but 10 to 70 (Luecken et al.
    2022), and the row itself.

    Args:
        neighbors: rows of the same label, the row itself among them.
        labels: int [n].
        codes: int [n], the factor's classes.
        known: bool [n], the rows that decide how many neighbors.
    """
    sizes = _sizes(labels, codes, known)
    counts = np.clip(sizes.sum(1) // (4 * np.maximum((sizes > 0).sum(1), 1)), FEWEST_KBET, MOST_KBET)
    by_value = _sums_by_value(neighbors, codes)

    def measure(rows: np.ndarray) -> tuple[float, float]:
        sizes = _sizes(labels, codes, rows)
        values, total = (sizes > 0).sum(1), sizes.sum(1)
        members = rows & ((values > 1) & (total >= LEAST_ROWS))[labels]
        if not members.any():
            return np.nan, 0.0
        of_label = labels[members]
        used = neighbors.first(counts[labels][:, None] + 1, members)
        observed = by_value(used)[members]
        expected = sizes[of_label] / total[of_label, None] * observed.sum(1, keepdims=True)
        squares = np.divide(np.square(observed - expected), expected, out=np.zeros_like(expected), where=expected > 0)
        accepted = chdtrc(values[of_label] - 1, squares.sum(1)) >= ACCEPTED
        return _mean_over_labels(accepted, of_label), float(members.sum() / rows.sum())

    return measure


def _sizes(labels: np.ndarray, codes: np.ndarray, rows: np.ndarray) -> np.ndarray:
    """Count the rows of each label and value, int [L, V]."""
    sizes = np.zeros((labels.max() + 1, codes.max() + 1), int)
    np.add.at(sizes, (labels[rows], codes[rows]), 1)
    return sizes


def _mean_over_labels(scores: np.ndarray, labels: np.ndarray) -> float:
    """Return the mean over labels of the mean over rows."""
    _, index = np.unique(labels, return_inverse=True)
    return float((np.bincount(index, scores) / np.bincount(index)).mean())


def distances_within(distances: np.ndarray, labels: np.ndarray) -> csr_array:
    """Return the distances [n, n] of rows of one label, of no others."""
    return csr_array(np.where(labels[:, None] == labels, distances, 0))


def silhouette(within: csr_array, labels: np.ndarray, codes: np.ndarray) -> Measure:
    """Measure BRAS, the batch removal adapted silhouette (Rautenstrauch and Ohler 2025).

    Within each label, 1 − |silhouette| of the factor's values by cosine distance, where all other values together are
    the other cluster: the mean over rows, then over labels. At 1 the values are mixed.

    Args:
        within: [n, n], of :func:`distances_within`.
        labels: int [n].
        codes: int [n], the factor's classes.
    """

    def measure(rows: np.ndarray) -> tuple[float, float]:
        members = np.zeros((len(codes), codes.max() + 1))
        members[rows, codes[rows]] = 1
        sizes = _sizes(labels, codes, rows)
        several = ((sizes > 0).sum(1) > 1) & ((sizes > 0).sum(1) < sizes.sum(1))
        chosen = np.flatnonzero(rows & several[labels])
        if not len(chosen):
            return np.nan, 0.0
        sums, counts = (within @ members)[chosen], sizes[labels[chosen]]
        cells = np.arange(len(chosen)), codes[chosen]
        with np.errstate(invalid="ignore", divide="ignore"):
            near = sums[cells] / (counts[cells] - 1)
            far = (sums.sum(1) - sums[cells]) / (counts.sum(1) - counts[cells])
            widths = np.nan_to_num((far - near) / np.maximum(near, far))
        return _mean_over_labels(1 - np.abs(widths), labels[chosen]), len(chosen) / int(rows.sum())

    return measure

"""Do features depend on a factor? A test without folds, for datasets of few groups.

Each group's values are predicted by ridge regression from those of all other groups (leave one group out), with one
covariance of the features for all of them. The statistic is the sum of products of a row's value with its prediction:

    T = Σ (g ≠ h) s_gᵀ (C + αI)⁻¹ s_h,   s_g = Σ over rows of group g: features · centered value

that is, the score statistic of Goeman, van de Geer and van Houwelingen (2006) without what a group says of itself. It
needs only the sums s_g. So probes are in effect fitted again in every permutation of whole groups, at the cost of a
sum. The p-value is then exact whatever the number of groups, and no draw of folds decides it.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.evaluation.exchange import Exchange
from exoprobe.features.blocks import FileBlocks
from exoprobe.probes.components import standardized_components
from exoprobe.probes.shared_ridge import fourier_features, principal_components
from exoprobe.probes.targets import factor_targets

ALPHAS = (0.01, 0.1, 1.0, 10.0)  # relative to the mean variance of the features' directions
COSINES = 512
TABLE = 1 << 23  # numbers in a table of groups and groups
MOST_NUMBERS = 1 << 23  # of features that are looked at


@dataclass(frozen=True)
class Directions:
    """Features in uncorrelated directions.

    Attributes:
        rows: float64 [n, K].
        weights: [A, K], at each alpha, of the squared sums along them.
    """

    rows: np.ndarray
    weights: np.ndarray

    @classmethod
    def of(cls, components: np.ndarray) -> "Directions":
        """Weigh principal components, float32 [n, K]; the weighted variances sum to 1 at each alpha."""
        rows = components.astype(np.float64)
        variances = (rows**2).sum(0)
        if not len(variances):
            return cls(rows, np.zeros((len(ALPHAS), 0)))
        weights = 1 / (variances + np.multiply.outer(ALPHAS, np.full(len(variances), variances.mean())))
        return cls(rows, weights / (weights @ variances)[:, None])


@dataclass(frozen=True)
class GroupedFeatures:
    """What is tested of a representation.

    Attributes:
        rows: int [m], which of the n rows; of very many, evenly spaced ones of each group.
        seeds: of each training seed's features, the directions of m rows: their own, and a Gaussian kernel's.
    """

    rows: np.ndarray
    seeds: Sequence[tuple[Directions, Directions]]


def read_grouped(
    paths: Sequence[str | Path], dataset_digest: str, rows: np.ndarray, groups: np.ndarray
) -> GroupedFeatures:
    """Read the features of some samples, standardized, and random Fourier features of them.

    Args:
        paths: the feature file of each training seed.
        dataset_digest: of their dataset.
        rows: int [n], ascending, the samples.
        groups: [n].
    """
    kept = _thinned(groups, MOST_NUMBERS // max(FileBlocks(path).shape[1] for path in paths))
    seeds = []
    for path in paths:
        linear = standardized_components(path, dataset_digest, rows[kept])
        cosines = fourier_features(linear)[:, :COSINES]
        seeds.append((Directions.of(linear), Directions.of(principal_components(cosines - cosines.mean(0)))))
    return GroupedFeatures(kept, seeds)


def dependence(
    features: GroupedFeatures, factor: Factor, truth: np.ndarray, exchange: Exchange, count: int
) -> np.ndarray:
    """Return the statistics as they are, and after each of many permutations of whole groups.

    Args:
        features: of n rows.
        factor: for its kind, its categories and its scale.
        truth: [n], known values.
        exchange: how groups exchange their features; by whole groups.
        count: of permutations.

    Returns:
        [1 + count, 2 · alphas], from −1 to 1: linear ones, then those of the kernel; the mean over training seeds.
    """
    choices = exchange.choices(count)
    thinned = replace(exchange, groups=exchange.groups[features.rows])
    columns = _centered(factor, truth[features.rows])
    tests = [
        np.hstack([_statistics(kernel, columns, thinned, choices) for kernel in directions])
        for directions in features.seeds
    ]
    return np.asarray(np.mean(tests, axis=0) / max(float((columns**2).sum()), np.finfo(float).tiny))


def _statistics(kernel: Directions, columns: np.ndarray, exchange: Exchange, choices: np.ndarray) -> np.ndarray:
    """Return the statistic of columns [m, T] together at each alpha, for each choice of groups: [C, alphas]."""
    test = np.zeros((len(choices), len(ALPHAS)))
    for chosen in _chunks(kernel.rows.shape[1], max(exchange.pairs, len(choices))):
        for column in columns.T:
            table = exchange.group_products(column, kernel.rows[:, chosen])
            total, squares = np.zeros((2, len(choices), table.shape[2]))
            for products, others in zip(table, choices.T, strict=True):
                sums = products[others]
                total += sums
                squares += sums**2
            test += (total**2 - squares) @ kernel.weights[:, chosen].T
    return test


def _thinned(groups: np.ndarray, limit: int) -> np.ndarray:
    """Return the rows, int [m], or about so many of them: of groups that have more than others, evenly spaced ones."""
    _, index, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    most, order = max(limit // len(sizes), 1), np.argsort(index, kind="stable")
    size = sizes[index[order]]
    within = np.arange(len(groups)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
    return np.sort(order[within * most // size > (within - 1) * most // size])


def _centered(factor: Factor, truth: np.ndarray) -> np.ndarray:
    """Return a factor's columns [n, T] about their mean; those of classes weigh the same."""
    columns = factor_targets(replace(factor, values=truth))
    columns = columns - columns.mean(0)
    if factor.kind in CLASSES:
        deviations = columns.std(0)
        columns = np.divide(columns, deviations, out=np.zeros_like(columns), where=deviations > 0)
    return np.asarray(columns)


def _chunks(count: int, width: int) -> Iterator[slice]:
    """Cut so many directions into parts of which a table with so many entries for each fits into memory."""
    step = max(1, TABLE // width)
    for start in range(0, count, step):
        yield slice(start, start + step)

"""Permutation tests that respect groups: could the probes' skill be chance?

Probes are fitted on train. Under the null hypothesis, that features do not depend on the factor, the test groups'
factor values are exchangeable. So groups exchange their values, and the probes stay as they are.

Within a group, neighboring rows may have similar values, as in the sessions of a person: values keep their order, from
a random row on. The test assumes that a value does not depend on the row's position in its group: a drift along every
recording, of factor and features both, looks like a leak.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np

from exoprobe.datasets.factors import Factor
from exoprobe.errors import ExoprobeError
from exoprobe.probes.skill import skills_of_many

SIGNIFICANT = 0.05
LEAST = 999  # permutations
PER_FACTOR = 50  # so many more for each factor: Holm's correction asks for smaller p-values then
LEAST_EXCHANGED = 20  # groups of similar size that exchange their values
CHUNK = 2_000_000  # values permuted at once
ROUNDING = 1e-9  # of a skill


def permutation_count(factors: int, asked: int | None = None) -> int:
    """Return how many permutations are made, so that a p-value can be significant after Holm's correction.

    Args:
        factors: how many the correction is over.
        asked: by the user; None for as many as these factors need.

    Raises:
        ExoprobeError: where so few are asked that no corrected p-value can be significant.
    """
    needed = max(LEAST, PER_FACTOR * factors - 1)
    if asked is not None and factors > SIGNIFICANT * (asked + 1):
        raise ExoprobeError(
            f"audit.permutations is {asked}; with {factors} factors, no corrected p-value can be {SIGNIFICANT:g} or "
            f"less with so few: give {needed}, or null"
        )
    return needed if asked is None else asked


def permuted_rows(groups: np.ndarray, count: int, seed: int = 0) -> Iterator[np.ndarray]:
    """Draw permutations in which groups of similar size exchange the values of their rows, begun at a random one.

    So values stay as alike within groups, and from row to row, as they are. Where the other group is larger, some
    of its values are taken; where it is smaller, they are repeated.

    Args:
        groups: [n], the group of each row.
        count: of permutations.
        seed: of the draws.

    Yields:
        int [n], whose value each row takes.
    """
    random = np.random.default_rng(seed)
    _, index, sizes = np.unique(groups, return_inverse=True, return_counts=True)
    if sizes.max() == 1:
        for _ in range(count):
            yield random.permutation(len(groups))
        return
    order = np.argsort(index, kind="stable")
    starts = np.cumsum(sizes) - sizes
    within = np.arange(len(groups)) - starts[index[order]]
    bins = _bins_of_size(sizes)
    for _ in range(count):
        donors = np.arange(len(sizes))
        for members in bins:
            donors[members] = random.permutation(members)
        begun = (random.random(len(sizes)) * sizes[donors]).astype(int)
        donor, position = donors[index[order]], within + begun[index[order]]
        rows = np.empty(len(groups), int)
        rows[order] = order[starts[donor] + position % sizes[donor]]
        yield rows


def _bins_of_size(sizes: np.ndarray) -> list[np.ndarray]:
    """Put groups into bins of similar size, those of one size together, at least LEAST_EXCHANGED in each."""
    bins: list[list[int]] = [[]]
    for size in np.unique(sizes):
        if len(bins[-1]) >= LEAST_EXCHANGED:
            bins.append([])
        bins[-1].extend(np.flatnonzero(sizes == size))
    if len(bins) > 1 and len(bins[-1]) < LEAST_EXCHANGED:
        last = bins.pop()
        bins[-1].extend(last)
    return [np.array(members) for members in bins]


@dataclass(frozen=True)
class PermutationInput:
    """Predictions of one factor on the test rows where it is known.

    Attributes:
        factor: for its kind and categories.
        truth: [n].
        predicted: R arrays [n, S], of each probe the predictions from S training seeds' features.
        constant: [n], of :func:`exoprobe.probes.skill.best_constant`.
    """

    factor: Factor
    truth: np.ndarray
    predicted: tuple[np.ndarray, ...]
    constant: np.ndarray

    def skills(self, truths: np.ndarray) -> np.ndarray:
        """Return each probe's skill, the mean over its seeds, had the truth been each of these [C, n]: [C, R]."""
        by_probe = [
            [skills_of_many(self.factor, truths, predicted, self.constant) for predicted in seeds.T]
            for seeds in self.predicted
        ]
        return np.stack([np.mean(skills, axis=0) for skills in by_probe], axis=1)


def permutation_tests(
    inputs: Sequence[PermutationInput], groups: np.ndarray, count: int
) -> list[tuple[float, np.ndarray]]:
    """Test of each factor whether any probe predicts it, all under the same permutations.

    Args:
        inputs: of factors that are known for the same n rows.
        groups: [n].
        count: of permutations.

    Returns:
        For each factor the p-value of the best probe (of the largest standardized skill: what choosing among
        probes wins is won by the permutations too, Westfall and Young 1993), and each probe's own [R].
    """
    chunk = max(1, CHUNK // len(groups))
    permutations = permuted_rows(groups, count)
    drawn: list[list[np.ndarray]] = [[] for _ in inputs]
    while len(rows := np.array(list(islice(permutations, chunk)))):
        for entry, skills in zip(inputs, drawn, strict=True):
            skills.append(entry.skills(entry.truth[rows]))
    return [
        _p_values(entry.skills(entry.truth[None])[0], np.concatenate(skills))
        for entry, skills in zip(inputs, drawn, strict=True)
    ]


def _p_values(observed: np.ndarray, permuted: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the p-value of the best probe and each one's, from observed [R] and permuted [P, R] skills."""
    usable = ~np.isnan(observed)
    count = 1 + len(permuted)
    each = (1 + (~(permuted < observed - ROUNDING)).sum(0)) / count  # what is undefined counts against a leak
    if not usable.any():
        return 1.0, each
    draws = np.nan_to_num(permuted[:, usable], nan=1.0)
    spread = draws.std(0)
    spread = np.where(spread > 0, spread, np.inf)  # a constant prediction has no spread
    best = ((observed[usable] - draws.mean(0)) / spread).max()
    drawn = ((draws - draws.mean(0)) / spread).max(1)
    return float((1 + (drawn >= best - ROUNDING).sum()) / count), each


def holm(p: np.ndarray) -> np.ndarray:
    """Correct p-values [F] for their number (Holm 1979): the chance of one false alarm or more stays below them."""
    order = np.argsort(p)
    corrected = np.maximum.accumulate(p[order] * np.arange(len(p), 0, -1)).clip(max=1)
    return corrected[np.argsort(order)]

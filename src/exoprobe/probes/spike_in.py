"""Spike-ins: factors of known skill, planted along directions of the user's own features.

A laboratory adds a known amount of a substance to its own samples, to prove that it would have been found (spike-in
controls, Jiang et al. 2011 in sequencing). Here what is planted is a factor: features stay as they are, and a made-up
factor with the real one's distribution and structure of groups is made to depend on one of their directions.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from exoprobe.datasets.factors import CLASSES, Factor

SHARE_STEPS = 2  # classes' shares are alike within 1/2 on a scale of log2
SHARED_DECIMALS = 1  # of correlations within groups that are alike


@dataclass(frozen=True)
class Latent:
    """What the features hold of a planted factor.

    Attributes:
        scores: float64 [U], standard normal, of each unit.
        reliability: correlation of a row's own score with its unit's, the most that one row's features know of it.
        within: correlation within groups.
    """

    scores: np.ndarray
    reliability: float
    within: float


class Design:
    """How a factor is distributed over rows and groups, which its plants copy.

    A factor that is constant within groups is planted per group. Another's values are planted per row, with the same
    correlation within groups as far as the direction's own allows.

    Args:
        factor: of N samples.
        groups: [N], what it varies between: groups, or coarser units.

    Attributes:
        factor: the factor.
        groups: as they were given.
        rows: int [n], where it is known.
        unit: int [n], the unit of each of these rows: its group, or itself.
        group: int [U], the group of each unit.
        ordered: [U], the units' values in ascending order; of angles from the end of their widest gap on.
        within: the values' correlation within groups.
    """

    def __init__(self, factor: Factor, groups: np.ndarray) -> None:
        self.factor, self.groups, self.rows = factor, groups, np.flatnonzero(factor.known)
        values = factor.values[self.rows]
        _, group = np.unique(groups[self.rows], return_inverse=True)
        first = np.unique(group, return_index=True)[1]
        self.of_group = bool((values == values[first][group]).all())
        self.unit = group if self.of_group else np.arange(len(self.rows))
        self.group = np.arange(len(first)) if self.of_group else group
        self.ordered = _in_order(factor, values[first] if self.of_group else values)
        self.within = 1.0 if self.of_group else correlation_within(_as_numbers(factor, values), group)

    @property
    def key(self) -> tuple[object, ...]:
        """What factors have in common that share their plants."""
        factor, counts = self.factor, np.unique(self.ordered, return_counts=True)[1]
        shape: object = self.ordered.tobytes()
        if factor.kind in CLASSES:
            shape = tuple(sorted(np.round(SHARE_STEPS * np.log2(counts / counts.sum()))))
        level = self.of_group, round(self.within, SHARED_DECIMALS), self.groups.tobytes()
        return factor.kind, shape, *level, factor.known.tobytes()

    @property
    def scaled(self) -> np.ndarray:
        """The ordered values on the scale by which they are judged, [U]."""
        return self.factor.learned_from(self.factor.known).scaled(self.ordered)

    @property
    def rarest(self) -> int:
        """Of how many units the rarest value is."""
        return int(np.unique(self.ordered, return_counts=True)[1].min())

    def latent(self, scores: np.ndarray) -> Latent:
        """Return a direction of the features as a latent variable of the factor's units.

        Args:
            scores: float64 [n], the normal scores of the features along the direction where the factor is known.
        """
        if not self.of_group:
            return Latent(scores, 1.0, correlation_within(scores[:, None], self.group))
        sizes = np.bincount(self.unit)
        of_units = normal_scores(np.bincount(self.unit, scores) / sizes)
        return Latent(of_units, float(np.corrcoef(scores, of_units[self.unit])[0, 1]), 1.0)

    def noise(self, count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
        """Draw what plants are made of besides the features: of each group [G, P] and each unit [U, P]."""
        random = np.random.default_rng(seed)
        of_groups = random.standard_normal((self.group.max() + 1, count), np.float32)
        return of_groups, random.standard_normal((len(self.group), count), np.float32)

    def plant(
        self, latent: Latent, correlation: float, noise: tuple[np.ndarray, np.ndarray], seed: int
    ) -> list[Factor]:
        """Plant factors: the factor's own values, in the order of noisy scores.

        Args:
            latent: of :meth:`latent`.
            correlation: of the noisy scores with the latent ones, from 0 to 1.
            noise: of :meth:`noise`, of P plants.
            seed: of the order of categories.

        Returns:
            P factors of N samples, known where the factor is.
        """
        of_groups, of_units = noise
        rest = max(1 - correlation**2, 1e-12)
        within = 1.0 if self.of_group else np.clip((self.within - correlation**2 * latent.within) / rest, 0, 1)
        scores = np.float32(np.sqrt(rest * (1 - within))) * of_units
        scores += np.float32(np.sqrt(rest * within)) * of_groups[self.group]
        scores += np.float32(correlation) * latent.scores.astype(np.float32)[:, None]
        random = np.random.default_rng(seed)
        return [self._planted(column, random) for column in np.ascontiguousarray(scores.T)]

    def _planted(self, scores: np.ndarray, random: np.random.Generator) -> Factor:
        values, ordered = np.full(len(self.factor.values), np.nan), self.ordered
        if self.factor.kind == "categorical":
            ordered = ordered[
                np.argsort(random.permutation(int(ordered.max()) + 1)[ordered.astype(int)], kind="stable")
            ]
        values[self.rows] = in_order_of(scores, ordered)[self.unit]
        return replace(self.factor, values=values)


def share_plants(designs: Sequence[Design]) -> list[list[int]]:
    """Sort factors by what their plants have in common; in each list the one with the rarest value comes first."""
    alike: dict[tuple[object, ...], list[int]] = {}
    for index, design in enumerate(designs):
        alike.setdefault(design.key, []).append(index)
    return [sorted(indices, key=lambda index: designs[index].rarest) for indices in alike.values()]


def in_order_of(scores: np.ndarray, ordered: np.ndarray) -> np.ndarray:
    """Return values [n] in the order of scores [n], the first where these are smallest."""
    if len(changes := np.flatnonzero(np.diff(ordered))) == 1:  # two values: no need to sort
        least = np.partition(scores, changes[0] + 1)[changes[0] + 1]
        above = scores >= least
        if above.sum() == len(scores) - changes[0] - 1:  # no ties across the border
            return np.asarray(np.where(above, ordered[-1], ordered[0]))
    values = np.empty(len(scores))
    values[np.argsort(scores)] = ordered
    return values


def normal_scores(values: np.ndarray) -> np.ndarray:
    """Return what the ranks of numbers [n] would be of a standard normal variable."""
    return np.asarray(ndtri((pd.Series(values).rank().to_numpy() - 0.5) / len(values)))


def correlation_within(values: np.ndarray, groups: np.ndarray) -> float:
    """Return the correlation of values [n, T] within groups, from 0 to 1: the share of the groups' variance (ANOVA)."""
    sizes = np.bincount(groups)
    count, rows = len(sizes), len(groups)
    if count in (1, rows):
        return 0.0
    total = ((values - values.mean(0)) ** 2).sum()
    means = np.stack([np.bincount(groups, column) for column in values.T], axis=1) / sizes[:, None]
    inside = ((values - means[groups]) ** 2).sum() / (rows - count)
    between = (total - inside * (rows - count)) / (count - 1)
    size = (rows - (sizes**2).sum() / rows) / (count - 1)
    variance = max(between - inside, 0.0) / size
    return float(variance / (variance + inside)) if variance + inside > 0 else 0.0


def _as_numbers(factor: Factor, values: np.ndarray) -> np.ndarray:
    """Return values [n] as columns whose variance can be compared, [n, T]."""
    if factor.kind in CLASSES:
        return np.asarray(values[:, None] == np.arange(len(factor.categories)), float)
    if factor.kind == "angle":
        return np.stack([np.sin(np.radians(values)), np.cos(np.radians(values))], axis=1)
    return normal_scores(values)[:, None]


def _in_order(factor: Factor, values: np.ndarray) -> np.ndarray:
    ordered = np.sort(values)
    if factor.kind != "angle":
        return ordered
    ordered = np.sort(values % 360)
    gaps = np.diff(np.append(ordered, ordered[0] + 360))
    turned = np.roll(ordered, -int(gaps.argmax()) - 1)
    return np.asarray((turned + 180) % 360 - 180)

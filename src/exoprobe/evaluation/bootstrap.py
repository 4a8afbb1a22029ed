"""Scores of predictions on test, with a cluster bootstrap over groups (Davison and Hinkley 1997, 3.8)."""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.evaluation.intervals import (
    effective_groups,
    group_sums,
    group_weights,
    interval,
    mean_limits,
    rate_limits,
    resampling_units,
)
from exoprobe.probes.skill import losses, measures, row_statistics


class Bootstrap:
    """Draws of the test groups with replacement, the same for everything that is scored on them.

    Args:
        groups: [n], of each test row.
    """

    def __init__(self, groups: np.ndarray) -> None:
        self.groups = groups
        self.units = resampling_units(groups)
        self.weights = group_weights(self.units).astype(np.float64)
        self._counted: dict[tuple[bool, bytes], tuple[int, int, float]] = {}

    def by_unit(self, statistics: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Sum statistics [m, S] of the test rows ``rows``, bool [n], over what is resampled together: [U, S]."""
        padded = np.zeros((len(rows), statistics.shape[1]))
        padded[rows] = statistics
        return group_sums(self.units, padded)

    def sums(self, statistics: np.ndarray, rows: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Sum statistics [m, S] of the test rows ``rows``, bool [n]: once [S], and for each draw [RESAMPLES, S]."""
        by_unit = self.by_unit(statistics, rows)
        return by_unit.sum(0), self.weights @ by_unit

    def groups_of(self, factor: Factor, truth: np.ndarray) -> tuple[int, int, float]:
        """Return the groups that know a factor [n], those of its rarest class, and the least effective number of any.

        What was counted is kept: many probes predict the same factor.
        """
        key = factor.kind in CLASSES, truth.tobytes()
        if key not in self._counted:
            known = ~np.isnan(truth)
            groups = self.groups[known]
            self._counted[key] = len(np.unique(groups)), *_class_groups(factor, truth[known], groups)
        return self._counted[key]


@dataclass(frozen=True)
class BootstrapResult:
    """Measures of one probe of one factor, the mean over training seeds.

    Attributes:
        estimates: by measure, each seed's value [S].
        samples: by measure, [RESAMPLES], the mean over seeds in each bootstrap sample.
        groups: how many test groups it rests on.
        min_class_groups: how many of them hold the rarest class (all of them for numbers).
        effective_groups: how many groups of equal size are as informative: what intervals are widened for, of the
            class for which that is least.
        losses: what each unit of the bootstrap loses in skill, [U], the mean over seeds.
        limits: by measure of classes, ends that an interval reaches at least, since few errors are not none.
    """

    estimates: dict[str, np.ndarray]
    samples: dict[str, np.ndarray]
    groups: int
    min_class_groups: int
    effective_groups: float
    losses: np.ndarray
    limits: dict[str, tuple[float, float]]

    def value(self, measure: str) -> float:
        """Return a measure, the mean over seeds."""
        return float(self.estimates[measure].mean())

    def interval(self, measure: str) -> tuple[float, float]:
        """Return the ends of a measure's 95 % interval."""
        counts = (self.groups, None) if measure == "accuracy" else (self.min_class_groups, self.effective_groups)
        low, high = interval(self.samples[measure], *counts)
        least, most = self.limits.get(measure, (np.nan, np.nan))
        return float(np.fmin(low, least) + 0 * low), float(np.fmax(high, most) + 0 * high)  # NaN stays NaN

    def row(self) -> dict[str, float]:
        """Return the columns ``skill_seed_sd``, ``seeds`` and, for each measure, its value, low and high."""
        seeds = self.estimates["skill"]
        row = {"seeds": len(seeds), "skill_seed_sd": seeds.std(ddof=1) if len(seeds) > 1 else np.nan}
        for name in self.estimates:
            row[name] = self.value(name)
            row[f"{name}_low"], row[f"{name}_high"] = self.interval(name)
        return row

    def change(self, other: "BootstrapResult", measure: str = "skill") -> tuple[float, float, float]:
        """Return how much higher the measure is than the other's, with the paired interval: value, low, high."""
        draws = self.samples[measure] - other.samples[measure]
        low, high = interval(draws, self.min_class_groups, self.effective_groups)
        return self.value(measure) - other.value(measure), float(low), float(high)


def score(
    factor: Factor,
    truth: np.ndarray,
    predicted: np.ndarray,
    constant: float | np.ndarray,
    bootstrap: Bootstrap,
    *,
    auc: bool = False,
) -> BootstrapResult:
    """Score predictions of a factor on test.

    Args:
        factor: for its kind and categories.
        truth: [n], of the test rows; NaN where unknown, those do not count.
        predicted: [n, S] of S training seeds, or [n, S, R] in R cross-validations, whose mean counts.
        constant: of :func:`exoprobe.probes.skill.best_constant`, one for all rows or [n].
        bootstrap: of the test rows.
        auc: whether to measure ``auc`` too, of a binary factor.
    """
    known = ~np.isnan(truth)
    constant = np.broadcast_to(constant, truth.shape)[known]
    by_seed = np.moveaxis(predicted.reshape(len(truth), predicted.shape[1], -1)[known], 0, 2)
    statistics = [
        np.mean([row_statistics(factor, truth[known], values, constant) for values in repeats], axis=0)
        for repeats in by_seed
    ]
    sums = [bootstrap.by_unit(of_seed, known) for of_seed in statistics]
    drawn = np.split(bootstrap.weights @ np.hstack(sums), len(sums), axis=1)
    points, draws = [measures(factor, of_seed.sum(0)) for of_seed in sums], [measures(factor, each) for each in drawn]
    for index, repeats in enumerate(by_seed):
        if auc and factor.kind == "binary":
            areas = [_auc(truth[known], values, known, bootstrap) for values in repeats]
            points[index]["auc"], draws[index]["auc"] = (np.mean(each, axis=0) for each in zip(*areas, strict=True))
    return BootstrapResult(
        {name: np.array([float(seed[name]) for seed in points]) for name in points[0]},
        {name: np.mean([seed[name] for seed in draws], axis=0) for name in points[0]},
        *bootstrap.groups_of(factor, truth),
        np.mean([losses(factor, by_unit) for by_unit in sums], axis=0),
        _limits(factor, np.mean(sums, axis=0)),
    )


def _limits(factor: Factor, sums: np.ndarray) -> dict[str, tuple[float, float]]:
    """Return the limits of a factor's measures from sums over units [U, S].

    Nothing of numbers, and of one class predicted everywhere, whose skill is 0 whatever the rows.
    """
    if factor.kind not in CLASSES:
        return {}
    classes = len(factor.categories)
    present = sums[:, :classes].sum(0) > 0
    if present.sum() < 2:
        return {}
    rates, lows, highs = rate_limits(sums[:, :classes][:, present], sums[:, classes:][:, present])
    if (rates == 0).sum() == 1 and (rates == 1).sum() == len(rates) - 1:
        return {}
    low, high = mean_limits(rates, lows, highs)
    baseline = 1 - 1 / present.sum()
    limits = {"skill": (1 - high / baseline, 1 - low / baseline), "balanced_accuracy": (1 - high, 1 - low)}
    if factor.kind == "binary":
        limits |= {"false_positive": (lows[0], highs[0]), "false_negative": (lows[1], highs[1])}
    return limits


def _class_groups(factor: Factor, truth: np.ndarray, groups: np.ndarray) -> tuple[int, float]:
    """Return how many groups have the rarest of the classes that occur, and the least effective number of any class.

    Of numbers, those of all rows.
    """
    classes = truth if factor.kind in CLASSES else np.zeros(len(truth))
    sizes = [np.unique(groups[classes == value], return_counts=True)[1] for value in np.unique(classes)]
    return min(map(len, sizes), default=0), min(map(effective_groups, sizes), default=0.0)


def _auc(
    truth: np.ndarray, scores: np.ndarray, known: np.ndarray, bootstrap: Bootstrap
) -> tuple[np.ndarray, np.ndarray]:
    """Return the area under the ROC curve and its draws, to first order in the draw (Obuchowski 1997)."""
    present = truth > 0
    below = _ranks(scores)
    within = np.where(present, _ranks_within(scores, present), _ranks_within(scores, ~present))
    others = np.where(present, (~present).sum(), present.sum())
    placement = (below - within) / np.maximum(others, 1)  # the share of the other class below, ties half
    won = np.where(present, placement, 1 - placement)
    statistics = np.stack([present, present * won, ~present, ~present * won], axis=1).astype(np.float64)
    point, drawn = bootstrap.sums(statistics, known)
    with np.errstate(invalid="ignore", divide="ignore"):
        area = point[1] / point[0]
        return area, np.clip(drawn[:, 1] / drawn[:, 0] + drawn[:, 3] / drawn[:, 2] - area, 0, 1)


def _ranks_within(scores: np.ndarray, chosen: np.ndarray) -> np.ndarray:
    """Return the ranks of the chosen scores among themselves, from 1, ties their mean; 0 elsewhere."""
    ranks = np.zeros(len(scores))
    ranks[chosen] = _ranks(scores[chosen])
    return ranks


def _ranks(scores: np.ndarray) -> np.ndarray:
    """Return the ranks from 1, ties their mean."""
    return pd.Series(scores).rank().to_numpy()

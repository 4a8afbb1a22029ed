"""Permutation tests that respect groups: could the probes' skill be chance?

Probes are fitted on train. Under the null hypothesis, that features do not depend on the factor, the predictions of
the test groups are exchangeable; :mod:`exoprobe.evaluation.exchange` says how they are exchanged.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.dependence import ALPHAS, GroupedFeatures, dependence
from exoprobe.evaluation.exchange import RUNS, Exchange, choose_exchange
from exoprobe.probes.skill import SkillLoss

ROUNDING = 1e-9  # of a skill


@dataclass(frozen=True)
class PermutationInput:
    """Predictions of one factor on the test rows where it is known.

    Attributes:
        factor: for its kind and categories.
        truth: [n].
        predicted: R arrays [n, S], of each probe the predictions from S training seeds' features.
        constant: [n], of :func:`exoprobe.probes.skill.best_constant`.
        linear: which of the probes is linear; None for none of them.
    """

    factor: Factor
    truth: np.ndarray
    predicted: tuple[np.ndarray, ...]
    constant: np.ndarray
    linear: int | None = None

    def losses(self) -> list[tuple[SkillLoss, np.ndarray]]:
        """Return the loss and prepared predictions [n] of each probe and seed."""
        loss = SkillLoss(self.factor, self.truth, self.constant)
        return [(loss, loss.prepare(values)) for seeds in self.predicted for values in seeds.T]

    def by_probe(self, skills: np.ndarray) -> np.ndarray:
        """Return the means over seeds [C, R] of skills of probes and seeds [C, R · S]."""
        return np.asarray(skills.reshape(len(skills), len(self.predicted), -1).mean(2))


def permutation_tests(
    inputs: Sequence[PermutationInput],
    groups: np.ndarray,
    count: int,
    *,
    folds: int = 1,
    features: GroupedFeatures | None = None,
) -> list[tuple[float, np.ndarray]]:
    """Test of each factor whether any probe predicts it.

    Args:
        inputs: of factors that are known for the same n rows.
        groups: [n], what varies independently.
        count: of permutations.
        folds: how many splits the rows are test of.
        features: of the rows, with folds: their dependence on the factor is tested instead of the best probe
            (:mod:`exoprobe.evaluation.dependence`).

    Returns:
        For each factor the p-value of the best probe (of the largest standardized skill: what choosing among
        probes wins is won by the permutations too, Westfall and Young 1993), or of dependence, and each probe's own
        [R].
    """
    together: dict[tuple[str, bytes], tuple[Exchange, list[int]]] = {}
    for index, entry in enumerate(inputs):
        exchange = choose_exchange(entry.factor, entry.truth, groups)
        together.setdefault(exchange.key, (exchange, []))[1].append(index)
    results: dict[int, tuple[float, np.ndarray]] = {}
    themselves = np.arange(len(groups))[None]
    for exchange, indices in together.values():
        losses = [inputs[index].losses() for index in indices]
        for index, probes, drawn in zip(indices, losses, exchange.skills(losses, count), strict=True):
            observed = np.stack([loss.skills(predicted, themselves) for loss, predicted in probes], axis=1)
            skills = np.concatenate([inputs[index].by_probe(observed), _spread(inputs[index].by_probe(drawn), folds)])
            results[index] = _p_values(skills)
            if features is not None and exchange.scheme != RUNS:
                results[index] = _of_dependence(results[index][1], inputs[index], features, exchange, count)
    return [results[index] for index in range(len(inputs))]


def _spread(skills: np.ndarray, folds: int) -> np.ndarray:
    """Return permuted skills [P, R] as far from their mean as those of probes that are fitted anew would be.

    With folds, each two groups of different folds meet twice: the value of either is predicted from the other's. What
    chance makes of the two is the same, so that the variance of a skill over datasets in which nothing is encoded is
    twice what it is for predictions that stay as they are, whose two meetings are permuted apart (Hoeffding's variance
    of a U-statistic of degree two, of a symmetric kernel and of one that is not).
    """
    if folds == 1:
        return skills
    with warnings.catch_warnings(action="ignore", category=RuntimeWarning):  # where all are NaN
        mean = np.nanmean(skills, axis=0)
    return np.asarray(mean + np.sqrt(2) * (skills - mean))


def _of_dependence(
    each: np.ndarray, entry: PermutationInput, features: GroupedFeatures, exchange: Exchange, count: int
) -> tuple[float, np.ndarray]:
    """Return the p-value of dependence, and those of the probes [R], the linear one's being that of linear dependence.

    No draw of folds plays a role in either.

    Args:
        each: p-values of the probes [R].
        entry: what is tested.
        features: of the rows.
        exchange: by whole groups.
        count: of permutations.
    """
    tests = dependence(features, entry.factor, entry.truth, exchange, count)
    if entry.linear is not None:
        each[entry.linear] = _p_values(tests[:, : len(ALPHAS)])[0]
    return _p_values(tests)[0], each


def _p_values(skills: np.ndarray) -> tuple[float, np.ndarray]:
    """Return the p-value of the best probe and each one's, from skills [1 + P, R]: as observed, then permuted."""
    observed, permuted = skills[0], skills[1:]
    usable = ~np.isnan(observed)
    count = len(skills)
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
    """Correct p-values [F] for their number (Holm 1979): the chance of one false alarm or more stays below them.

    NaN, of what could not be tested, do not count.
    """
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    corrected = np.full(len(p), np.nan)
    corrected[order] = np.maximum.accumulate(p[order] * np.arange(len(order), 0, -1)).clip(max=1)
    return corrected

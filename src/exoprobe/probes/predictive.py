"""Predictive distributions from outputs of linear models: how likely was what came true, and the best answer.

A distribution has a base, of what is known anyway, and may have a contribution of the features. Both are scaled, by
fits on rows that the linear models have not seen, within an exponential family: softmax for classes (as Platt 1999),
normal for numbers, von Mises for angles. Without contribution the family is the same, so that the difference of both
log-likelihoods is what the features add (conditional V-information: Xu et al. 2020, Hewitt et al. 2021).
"""

from dataclasses import dataclass
from functools import reduce

import numpy as np
from scipy.optimize import minimize
from scipy.special import i0e, i1e

from exoprobe.datasets.factors import CLASSES

LEAST_SHARE = 0.02  # of a class's own share: the least probability that outputs of the given columns are taken for
SHRINKAGE = 1.0  # of a class's offset, as that of a normal prior
LOG2 = np.log(2)


@dataclass(frozen=True)
class Predictive:
    """A predictive distribution of a factor's outcome.

    Attributes:
        kind: of the factor.
        shares: float64 [K], of the classes; empty of others.
        scales: float64 [2], of base and contribution.
        offset: float64 [K], of classes; [1] of numbers; [2] of angles.
        variance: of numbers.
    """

    kind: str
    shares: np.ndarray
    scales: np.ndarray
    offset: np.ndarray
    variance: float = 1.0

    def answers(self, base: np.ndarray, contribution: np.ndarray) -> np.ndarray:
        """Return the best answers [n] to outputs [n, T], as :func:`exoprobe.probes.targets.to_values` gives them.

        The best class is that of the highest ratio of its probability to its share, since skill weights classes alike.
        """
        natural = self._natural(base, contribution)
        if self.kind == "binary":
            ratio = natural - np.log(self.shares)
            return np.asarray(ratio[:, 1] - ratio[:, 0])
        if self.kind == "categorical":
            return np.asarray((natural - np.log(self.shares)).argmax(1), float)
        if self.kind == "angle":
            return np.asarray(np.degrees(np.arctan2(natural[:, 0], natural[:, 1])))
        return natural[:, 0]

    def log_likelihood(self, outcome: np.ndarray, base: np.ndarray, contribution: np.ndarray) -> np.ndarray:
        """Return the log-likelihood of outcomes [n, T] in bits, [n]."""
        natural = self._natural(base, contribution)
        if self.kind == "continuous":
            squares = np.square(outcome[:, 0] - natural[:, 0]) / self.variance
            return np.asarray(-(squares + np.log(2 * np.pi * self.variance)) / 2 / LOG2)
        return np.asarray(_log_likelihood(self.kind, _statistics(self.kind, outcome), natural)[0] / LOG2)

    def _natural(self, base: np.ndarray, contribution: np.ndarray) -> np.ndarray:
        inputs = _inputs(self.kind, self.shares, base, contribution)
        fixed = np.log(self.shares) if self.kind in CLASSES else 0.0
        return np.asarray(fixed + self.offset + np.tensordot(self.scales, inputs, 1))


def fit_predictive(
    kind: str, outcome: np.ndarray, base: np.ndarray, contribution: np.ndarray, *, used: bool
) -> Predictive:
    """Fit a predictive distribution by maximum likelihood.

    Args:
        kind: of the factor.
        outcome: float64 [n, T], as :func:`exoprobe.probes.targets.factor_targets` gives it.
        base: float64 [n, T], outputs of the given columns, of models that have not seen these rows.
        contribution: float64 [n, T], what the features change in them, likewise.
        used: whether the contribution counts; else its scale is 0.
    """
    shares = _statistics(kind, outcome).mean(0) if kind in CLASSES else np.empty(0)
    shares = np.maximum(shares, 0.5 / len(outcome))
    inputs = _inputs(kind, shares, base, contribution)
    if kind == "continuous":
        return _fit_normal(shares, outcome[:, 0], inputs[..., 0], used=used)
    statistics, width = _statistics(kind, outcome), inputs.shape[-1]
    fixed = np.log(shares) if kind in CLASSES else 0.0

    def loss(parameters: np.ndarray) -> tuple[float, np.ndarray]:
        scales, offset = parameters[:2], parameters[2:]
        natural = fixed + offset + np.tensordot(scales, inputs, 1)
        likelihood, residual = _log_likelihood(kind, statistics, natural)
        gradient = np.concatenate([np.einsum("snk,nk->s", inputs, residual), residual.sum(0) - SHRINKAGE * offset])
        return (SHRINKAGE * np.square(offset).sum() / 2 - likelihood.sum()) / len(outcome), -gradient / len(outcome)

    start = np.concatenate([[1.0, float(used)], np.zeros(width)])
    bounds = [(0, None), (0, None if used else 0), *[(None, None)] * width]
    fitted = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 200}).x
    return Predictive(kind, shares, fitted[:2], fitted[2:])


def _fit_normal(shares: np.ndarray, outcome: np.ndarray, inputs: np.ndarray, *, used: bool) -> Predictive:
    """Fit by least squares [2, n]; a scale that would be negative is 0."""
    centered, mean = inputs - inputs.mean(1, keepdims=True), outcome.mean()
    scales = np.zeros(2)
    active = np.array([True, used])
    while active.any():
        scales[:] = 0
        scales[active] = np.linalg.lstsq(centered[active].T, outcome - mean, rcond=None)[0]
        if (scales >= 0).all():
            break
        active &= scales >= 0
    scales = np.maximum(scales, 0)
    residual = outcome - mean - scales @ centered
    least = float(np.finfo(np.float32).eps) * max(float(outcome.var()), 1e-12)
    variance = max(float(np.square(residual).mean()), least)
    return Predictive("continuous", shares, scales, np.array([mean - scales @ inputs.mean(1)]), variance)


def _inputs(kind: str, shares: np.ndarray, base: np.ndarray, contribution: np.ndarray) -> np.ndarray:
    """Return base and contribution on the scale of the natural parameters [2, n, K]."""
    if kind not in CLASSES:
        return np.stack([base, contribution])
    if kind == "binary":
        base, contribution = np.hstack([1 - base, base]), np.hstack([-contribution, contribution])
    return np.stack([np.log(np.maximum(base / shares, LEAST_SHARE)), contribution / shares])


def _statistics(kind: str, outcome: np.ndarray) -> np.ndarray:
    return np.hstack([1 - outcome, outcome]) if kind == "binary" else outcome


def _log_likelihood(kind: str, statistics: np.ndarray, natural: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the log-likelihood [n] and its gradient [n, K] with respect to the natural parameters."""
    if kind in CLASSES:
        columns = natural.T  # reductions over so short an axis as the other would take most of the time
        largest = reduce(np.maximum, columns)
        relative = natural - (largest + np.log(sum(np.exp(column - largest) for column in columns)))[:, None]
        return np.einsum("nk,nk->n", statistics, relative), statistics - np.exp(relative)
    size = np.maximum(np.linalg.norm(natural, axis=1), 1e-12)
    normalizer = np.log(i0e(size)) + size + np.log(2 * np.pi)
    mean = (i1e(size) / i0e(size) / size)[:, None] * natural
    return (statistics * natural).sum(1) - normalizer, statistics - mean

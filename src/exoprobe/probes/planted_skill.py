"""How well a factor can be predicted at best from a latent variable that it correlates with.

A planted factor is a monotone function of t = ρ·z + √(1 − ρ²)·noise, where the features hold z and both are standard
normal. The best prediction from z then has a known skill, which depends on ρ and the factor's distribution alone.
"""

import numpy as np
from scipy.special import ndtr, ndtri

from exoprobe.datasets.factors import CLASSES, Factor

CORRELATIONS = np.append(np.linspace(0, 0.96, 25), (0.98, 0.99, 0.999))
LATENTS, NOISES = 201, 101  # points at which both normal variables are taken


def correlations_for(factor: Factor, ordered: np.ndarray, skills: np.ndarray) -> np.ndarray:
    """Return the correlations at which the best predictions have some skills; the largest below 1 where none has.

    Args:
        factor: for its kind and categories.
        ordered: [U], its values in the order of the latent variable, see :class:`exoprobe.probes.spike_in.Design`.
        skills: [L], from 0 to 1.
    """
    ideal = [ideal_skill(factor, ordered, correlation) for correlation in CORRELATIONS]
    return np.asarray(np.interp(skills, np.maximum.accumulate(ideal), CORRELATIONS))


def ideal_skill(factor: Factor, ordered: np.ndarray, correlation: float) -> float:
    """Return the skill of the best prediction from a latent variable of this correlation.

    Of numbers with a normal distribution this is 1 − √(1 − ρ²).

    Args:
        factor: for its kind and categories.
        ordered: [U], its values in the order of the latent variable.
        correlation: from 0 to 1.
    """
    latent, rest = _normal_points(LATENTS), np.sqrt(1 - correlation**2)
    if factor.kind in CLASSES:
        return _skill_of_classes(ordered, correlation * latent, rest)
    scores = correlation * latent[:, None] + rest * _normal_points(NOISES)
    values, predicted = _quantiles(ordered, scores), _quantiles(ordered, correlation * latent)
    error = distances(factor, values - predicted[:, None]).mean()
    constants = _quantiles(ordered, _normal_points(9 if factor.kind == "angle" else 1))
    baseline = min(distances(factor, values - constant).mean() for constant in constants)
    return float(1 - error / baseline) if baseline > 0 else 0.0


def distances(factor: Factor, differences: np.ndarray) -> np.ndarray:
    """Return the size of differences between a factor's numbers, of angles around the circle."""
    return np.asarray(np.abs((differences + 180) % 360 - 180 if factor.kind == "angle" else differences))


def _skill_of_classes(ordered: np.ndarray, means: np.ndarray, deviation: float) -> float:
    """Return the skill of taking the class that a score makes likelier than others, relative to its share."""
    changes = np.flatnonzero(np.diff(ordered)) + 1
    shares = np.diff(np.concatenate([[0], changes, [len(ordered)]])) / len(ordered)
    ends = np.concatenate([[-np.inf], ndtri(changes / len(ordered)), [np.inf]])
    below = ndtr((ends - means[:, None]) / max(deviation, 1e-12))
    relative = np.diff(below, axis=1) / shares
    accuracy = relative.max(1).mean() / len(shares)  # balanced: the mean over classes of P(class, chosen) / share
    return float((accuracy - 1 / len(shares)) / (1 - 1 / len(shares)))


def _normal_points(count: int) -> np.ndarray:
    return np.asarray(ndtri((np.arange(count) + 0.5) / count))


def _quantiles(ordered: np.ndarray, scores: np.ndarray) -> np.ndarray:
    """Return the values at the quantiles of normal scores of any shape."""
    indices = (ndtr(scores) * len(ordered)).astype(int)
    return np.asarray(ordered[np.minimum(indices, len(ordered) - 1)])

"""A law of learning curves, and what it says of more groups.

Skill grows with the number n of training groups about as s(n) = a − b · (n + m)^−c, an inverse power law with an
offset (Hestness et al. 2017; Viering and Loog 2022 compare such laws). a and b follow from c and m by least squares.
c and m are not chosen: curves of few points hardly tell them apart, so that each of a grid counts by how well it fits
(as in Bayesian model averaging), and what they differ in is part of the interval.
"""

from collections.abc import Sequence
from itertools import product

import numpy as np

EXPONENTS = (0.25, 0.35, 0.5, 0.7, 1.0, 1.4)  # c
OFFSETS = (0.0, 0.03, 0.1, 0.3, 1.0)  # m, relative to all training groups


def gains(
    shares: np.ndarray, skills: np.ndarray, variances: np.ndarray, multiples: Sequence[float], seed: int = 0
) -> tuple[np.ndarray, np.ndarray]:
    """Fit the law to learning curves, and return how much higher it is at multiples of all groups than at all.

    Args:
        shares: float64 [S], of all training groups, the last 1.
        skills: float64 [R, S], of R curves: the measured one, then draws of it.
        variances: float64 [S], of the skills about the law.
        multiples: K of them, above 1.
        seed: of the draw of the law that each curve takes.

    Returns:
        Of the measured curve, the mean over laws [K], and of each draw that of a law at random, by its weight
        [R − 1, K]. b is at least 0 and a at most 1, so that gains are at least 0.
    """
    of_laws, errors = [], []
    for exponent, offset in product(EXPONENTS, OFFSETS):
        amounts, error = _fit((shares + offset) ** -exponent, skills, 1 / variances)
        falls = (1 + offset) ** -exponent - (np.asarray(multiples) + offset) ** -exponent
        of_laws.append(np.multiply.outer(amounts, falls))
        errors.append(error)
    all_gains, all_errors = np.stack(of_laws), np.stack(errors)
    weights = np.exp((all_errors.min(0) - all_errors) / 2)
    weights /= weights.sum(0)
    drawn = np.random.default_rng(seed).random(len(skills))
    law = np.minimum((weights.cumsum(0) < drawn).sum(0), len(weights) - 1)
    return weights[:, 0] @ all_gains[:, 0], all_gains[law, np.arange(len(skills))][1:]


def _fit(falling: np.ndarray, skills: np.ndarray, weights: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Fit skills [R, S] = a − b · falling [S] b ≥ 0 and a ≤ 1; return b [R] and the weighted errors [R]."""
    center, means = weights @ falling / weights.sum(), skills @ weights / weights.sum()
    centered = falling - center
    amounts = np.maximum(-skills @ (weights * centered) / (weights @ centered**2), 0)
    limits = means + amounts * center
    to_one = np.maximum((1 - skills) @ (weights * falling) / (weights @ falling**2), 0)
    amounts, limits = np.where(limits > 1, to_one, amounts), np.minimum(limits, 1)
    residuals = skills - limits[:, None] + amounts[:, None] * falling
    return amounts, np.square(residuals) @ weights

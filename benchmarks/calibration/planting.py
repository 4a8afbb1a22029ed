"""Leaks of known skill, planted into one direction of a case's features."""

from dataclasses import replace

import numpy as np
import pandas as pd
from scipy.special import ndtri

from benchmarks.calibration.generators import Case

SMALL = 0.05  # standard deviation of the direction, where others have about 1


def plant(
    random: np.random.Generator,
    case: Case,
    name: str,
    skill: float,
    scale: float = 1.0,
    shared: np.ndarray | None = None,
) -> Case:
    """Return a case whose features encode a factor with a skill, by the best prediction from one direction.

    Of a number, the direction is ρ · its normal score + noise, and skill is 1 − √(1 − ρ²). Of classes each has a
    direction of its own, two share one; two means lie d′ apart, and skill is 2 Φ(d′ / 2) − 1 (of more than two classes
    about that of one against another). Noise is drawn for each value of what the factor varies between.

    Args:
        random: draws the noise and a rotation that hides the direction.
        case: with features that do not know the factor.
        name: of the factor.
        skill: of the population.
        scale: standard deviation of the noise; of the other directions it is about 1.
        shared: standard normal, [N, 1]; half of the variance of the noise is that of this. None for none.
    """
    values = case.factors[name]
    unit = np.unique(case.units.get(name, np.arange(len(values))), return_inverse=True)[1]
    codes, classes = np.unique(values, return_inverse=True)
    if len(codes) <= 10:
        columns = np.eye(len(codes))[classes][:, : 1 if len(codes) == 2 else None]
        strength = 2 * ndtri((1 + skill) / 2) / (1 if len(codes) == 2 else np.sqrt(2))
    else:
        ranks = pd.Series(values).rank().to_numpy()
        columns = ndtri((ranks - 3 / 8) / (len(ranks) + 1 / 4))[:, None]
        strength = np.sqrt(1 / (1 - skill) ** 2 - 1)
    noise = random.normal(size=(unit.max() + 1, columns.shape[1]))[unit]
    noise = noise if shared is None else (noise + shared) / np.sqrt(2)
    features = np.hstack([case.features, scale * (strength * columns + noise)])
    rotation = np.linalg.qr(random.normal(size=(features.shape[1],) * 2))[0]
    return replace(case, features=features @ rotation)

"""Selectivity by a control task (Hewitt and Liang 2019): how well can a linear probe memorize the groups?

Every group gets a random value of the factor. A probe that is fitted on some rows of these groups and scored on others
predicts such a value only by recognizing the group. The skill for the real factor less that for random values is its
selectivity; a probe that only memorizes groups has none.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.nested_models import choose_alphas, predict_values
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.ridge import ridge_coefficients, ridge_of
from exoprobe.probes.skill import best_constant, skill

MAX_ROWS = 100_000


def measure_selectivity(data: ProbeData, factors: Sequence[Factor], seed: int = 0) -> pd.DataFrame:
    """Predict every factor and a random value per group, both linearly, on rows of training groups.

    Args:
        data: the features.
        factors: F of them, of all samples.
        seed: of the random values and of the rows that are held out.

    Returns:
        A row per factor: ``factor``, ``known_skill`` (on other rows of the groups that it was fitted on),
        ``control_skill`` (of the random values) and ``selectivity`` (their difference); NaN where no training group
        has two rows.
    """
    drawn = data.draw("train", MAX_ROWS)
    random = np.random.default_rng(seed)
    fitted, held_out = _halve_within(data.groups[drawn], random)
    names = [factor.name for factor in factors]
    if not len(fitted):
        return pd.DataFrame({"factor": names, "known_skill": np.nan, "control_skill": np.nan, "selectivity": np.nan})
    features, groups = data.array(drawn), data.groups[drawn]
    real = [factor.at(drawn) for factor in factors]
    controls = [_random_values(factor, groups, random) for factor in real]
    moments = FactorMoments(
        ArrayBlocks(features[fitted]), [factor.at(fitted) for factor in (*real, *controls)], groups[fitted]
    )
    alphas = np.tile(choose_alphas(moments)[: len(real)], 2)  # the control task is for the factor's probe
    skills = [
        _skill(moments, alphas, index, factor, fitted, held_out, features)
        for index, factor in enumerate((*real, *controls))
    ]
    known, control = np.array(skills).reshape(2, -1)
    return pd.DataFrame(
        {"factor": names, "known_skill": known, "control_skill": control, "selectivity": known - control}
    )


def _skill(
    moments: FactorMoments,
    alphas: np.ndarray,
    index: int,
    factor: Factor,
    fitted: np.ndarray,
    held_out: np.ndarray,
    features: np.ndarray,
) -> float:
    moments_of_factor = moments.of(index)
    coefficients = ridge_coefficients(
        moments_of_factor.gram, moments_of_factor.cross, ridge_of(moments_of_factor.gram, alphas[index])
    )[None]
    (predicted,) = predict_values(factor, coefficients, features[held_out], moments, index).T
    constant = best_constant(factor, np.isin(np.arange(len(factor.values)), fitted))
    return skill(factor, factor.values[held_out], predicted, constant)


def _halve_within(groups: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Put half of the rows of each group with two or more into either part, at random."""
    order = np.lexsort((random.random(len(groups)), groups))
    _, starts, sizes = np.unique(groups[order], return_index=True, return_counts=True)
    position = np.arange(len(groups)) - np.repeat(starts, sizes)
    several = np.repeat(sizes > 1, sizes)
    return order[several & (position % 2 == 0)], order[several & (position % 2 == 1)]


def _random_values(factor: Factor, groups: np.ndarray, random: np.random.Generator) -> Factor:
    """Give every group in which the factor is known a value at random, distributed as the factor's.

    It is known where the factor is: of fewer groups, more can be memorized.
    """
    known = factor.known
    names, index = np.unique(groups[known], return_inverse=True)
    values = np.sort(factor.values[known])
    spread = ((np.arange(len(names)) + 0.5) / max(len(names), 1) * len(values)).astype(int)
    drawn = np.full(len(groups), np.nan)
    drawn[known] = random.permutation(values[spread])[index]
    return replace(factor, values=drawn)

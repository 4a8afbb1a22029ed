"""In how many dimensions a factor sits: skill of linear readouts from the first few components or best dimensions."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.nested_models import (
    ComponentModels,
    DimensionModels,
    choose_alphas,
    nested_dimensions,
    predict_values,
)
from exoprobe.probes.skill import best_constant, skill

SUFFICIENT = 0.9  # of the skill with all dimensions
LEAST_SKILL = 0.05  # with less in all, nothing is there to be carried


def subspace_skills(
    moments: FactorMoments, train: Sequence[Factor], features: np.ndarray, test: Sequence[Factor]
) -> pd.DataFrame:
    """Score nested linear readouts of each factor on test rows.

    Args:
        moments: of the training rows, to fit and to choose dimensions by.
        train: the F factors of the training rows, for the constants.
        features: float64 [n, D], of test.
        test: the F factors of the test rows.

    Returns:
        A row per factor, basis (``components`` or ``dimensions``) and number of them: ``factor``, ``basis``,
        ``dimensions`` and ``skill``.
    """
    alphas = choose_alphas(moments)
    bases = {
        "components": ComponentModels(moments, alphas),
        "dimensions": DimensionModels(moments, alphas),
    }
    dimensions, tables = nested_dimensions(features.shape[1]), []
    for place, factor in enumerate(test):
        constant = best_constant(train[place], np.ones(len(train[place].values), bool))
        for basis, readouts in bases.items():
            predicted = predict_values(factor, readouts.coefficients(place), features, moments, place)
            skills = [skill(factor, factor.values, one, constant) for one in predicted.T]
            scored = {"dimensions": dimensions, "skill": skills}
            tables.append(pd.DataFrame({"factor": factor.name, "basis": basis, **scored}))
    return pd.concat(tables, ignore_index=True)


def sufficient_dimensions(skills: pd.DataFrame) -> float:
    """Return the fewest dimensions that reach 90 % of the skill with all of them.

    Args:
        skills: rows of :func:`subspace_skills` of one factor and basis.

    Returns:
        NaN where even all of them read nothing (a skill below 0.05).
    """
    full = skills["skill"].iloc[-1]
    if not full >= LEAST_SKILL:
        return np.nan
    return float(skills.loc[skills["skill"] >= SUFFICIENT * full, "dimensions"].min())

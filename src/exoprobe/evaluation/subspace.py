"""How many dimensions encode a factor: the skill of linear probes on the first components or the best dimensions."""

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
LEAST_SKILL = 0.05  # with all dimensions; below it, the factor is not encoded


def subspace_skills(
    moments: FactorMoments, train: Sequence[Factor], features: np.ndarray, test: Sequence[Factor]
) -> pd.DataFrame:
    """Score nested linear probes of each factor on test rows.

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
    bases: dict[str, ComponentModels | DimensionModels] = {
        "components": ComponentModels(moments, alphas),
        "dimensions": DimensionModels(moments, alphas),
    }
    dimensions, tables = nested_dimensions(features.shape[1]), []
    for index, factor in enumerate(test):
        constant = best_constant(train[index], np.ones(len(train[index].values), bool))
        for basis, models in bases.items():
            predicted = predict_values(factor, models.coefficients(index), features, moments, index)
            skills = [skill(factor, factor.values, values, constant) for values in predicted.T]
            columns = {"factor": factor.name, "basis": basis, "dimensions": dimensions, "skill": skills}
            tables.append(pd.DataFrame(columns))
    return pd.concat(tables, ignore_index=True)


def sufficient_dimensions(skills: pd.DataFrame) -> float:
    """Return the fewest dimensions that reach 90 % of the skill with all of them.

    Args:
        skills: rows of :func:`subspace_skills` of one factor and basis.

    Returns:
        NaN where the skill with all of them is below 0.05.
    """
    full = skills["skill"].iloc[-1]
    if not full >= LEAST_SKILL:
        return np.nan
    return float(skills.loc[skills["skill"] >= SUFFICIENT * full, "dimensions"].min())

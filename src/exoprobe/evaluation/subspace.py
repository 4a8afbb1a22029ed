"""How many dimensions encode a factor: the skill of linear probes on the first components or the best dimensions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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
from exoprobe.probes.skill import best_constant, measures, row_statistics

SUFFICIENT = 0.9  # of the skill with all dimensions
LEAST_SKILL = 0.05  # with all dimensions; below it, the factor is not encoded


@dataclass(frozen=True)
class NestedPredictions:
    """What linear probes from the first components, or the best dimensions, predict of n test rows.

    Attributes:
        constants: the best constant of each of the F factors in training.
        values: by basis, of each factor float64 [n, L], L the counts of :func:`nested_dimensions`.
        dimension: of the features.
    """

    constants: Sequence[float]
    values: Mapping[str, Sequence[np.ndarray]]
    dimension: int


def nested_predictions(moments: FactorMoments, train: Sequence[Factor], features: np.ndarray) -> NestedPredictions:
    """Predict each factor by nested linear probes.

    Args:
        moments: of the training rows, to fit and to choose dimensions by.
        train: the F factors of the training rows, for the constants.
        features: float64 [n, D], of test.
    """
    alphas = choose_alphas(moments)
    bases: dict[str, ComponentModels | DimensionModels] = {
        "components": ComponentModels(moments, alphas),
        "dimensions": DimensionModels(moments, alphas),
    }
    values: dict[str, list[np.ndarray]] = {basis: [] for basis in bases}
    for index, factor in enumerate(train):
        for basis, models in bases.items():
            values[basis].append(predict_values(factor, models.coefficients(index), features, moments, index))
    constants = [best_constant(factor, np.ones(len(factor.values), bool)) for factor in train]
    return NestedPredictions(constants, values, features.shape[1])


def subspace_skills(test: Sequence[Factor], folds: Sequence[NestedPredictions]) -> pd.DataFrame:
    """Score nested linear probes of each factor on test rows.

    Args:
        test: the F factors of the test rows.
        folds: predictions of one split, or of each fold, whose test rows follow one another.

    Returns:
        A row per factor, basis (``components`` or ``dimensions``) and number of them: ``factor``, ``basis``,
        ``dimensions`` and ``skill``.
    """
    dimensions, tables = nested_dimensions(folds[0].dimension), []
    for index, factor in enumerate(test):
        known = factor.known
        for basis in folds[0].values:
            predicted = [fold.values[basis][index] for fold in folds]
            constants = np.repeat([fold.constants[index] for fold in folds], [len(values) for values in predicted])
            skills = [
                measures(factor, row_statistics(factor, factor.values[known], values, constants[known]).sum(0))["skill"]
                for values in np.concatenate(predicted)[known].T
            ]
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

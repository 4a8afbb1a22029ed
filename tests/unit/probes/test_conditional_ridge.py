"""Ridge regressions on features and given columns from moments: the same as those on the rows."""

import numpy as np
import pytest

from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes.conditional_ridge import ALPHAS, GIVEN_ALPHA, ConditionalRidge


@pytest.fixture
def data(rng):
    features, design = rng.normal(size=(90, 5)) + 3, rng.normal(size=(90, 2))
    outcome = features[:, :2] + design @ rng.normal(size=(2, 2)) + rng.normal(size=(90, 2))
    return features, design, outcome, np.arange(90) % 3


def fit(features, design, outcome, alpha):
    """Solve the joint ridge regression on centered rows: [T, D] and [T, P]."""
    columns = np.hstack([features - features.mean(0), design - design.mean(0)])
    spread = np.square(features - features.mean(0)).sum() / features.shape[1]
    ridge = np.diag([alpha * spread] * features.shape[1] + [GIVEN_ALPHA] * design.shape[1])
    coef = np.linalg.solve(columns.T @ columns + ridge, columns.T @ (outcome - outcome.mean(0))).T
    return coef[:, : features.shape[1]], coef[:, features.shape[1] :]


def test_models_are_those_of_the_rows(data):
    features, design, outcome, folds = data
    ridge = ConditionalRidge(ArrayBlocks(features), np.hstack([outcome, design]), folds)
    for without, rows in ((None, slice(None)), (1, folds != 1)):
        models = ridge.fit(np.arange(2), np.arange(2, 4), without)
        for index, alpha in enumerate(ALPHAS):
            of_features, of_given = fit(features[rows], design[rows], outcome[rows], alpha)
            np.testing.assert_allclose(models.features[index], of_features, rtol=1e-6, atol=1e-9)
            np.testing.assert_allclose(models.given[index], of_given, rtol=1e-6, atol=1e-9)


def test_errors_and_outputs_are_those_of_the_rows_that_were_held_out(data):
    features, design, outcome, folds = data
    ridge = ConditionalRidge(ArrayBlocks(features), np.hstack([outcome, design]), folds)
    both, alone = ridge.squared_errors(np.arange(2), np.arange(2, 4))
    chosen, expected, expected_alone = np.array([7, 2]), np.zeros(2), np.zeros(2)
    for fold in range(3):
        rows = folds == fold
        models = ridge.fit(np.arange(2), np.arange(2, 4), fold).at(chosen)
        base = models.given_outputs(design[rows])
        outputs = base + models.contributions(features[rows] @ models.features[0].T, design[rows])
        expected += np.square(outcome[rows] - outputs).sum(0)
        expected_alone += np.square(outcome[rows] - base).sum(0)
    np.testing.assert_allclose(both[chosen, [0, 1]], expected)
    np.testing.assert_allclose(alone, expected_alone)

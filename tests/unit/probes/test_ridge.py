import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Ridge

from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.moments import measure_moments
from exoprobe.probes.ridge import fit_ridge_path, ridge_coefficients, ridge_of


@pytest.fixture
def problem(rng):
    """Features and three targets of 400 rows."""
    features = np.maximum(rng.normal(size=(400, 30)), 0)
    return features, features @ rng.normal(size=(30, 3)) + [5, -1, 0] + rng.normal(size=(400, 3))


def fit(features, targets, *alphas):
    return fit_ridge_path(measure_moments(ArrayBlocks(features), targets), alphas)


def predict(path, features):
    return features @ path.coef.mT + path.intercept[:, None]


def test_without_alpha_it_equals_scikit_learns_least_squares(problem):
    ours, theirs = fit(*problem, 0.0), LinearRegression().fit(*problem)
    np.testing.assert_allclose(ours.coef[0], theirs.coef_, rtol=1e-8)
    np.testing.assert_allclose(ours.intercept[0], theirs.intercept_)


@pytest.mark.parametrize("alpha", [1e-3, 1.0, 10.0])
def test_with_alpha_it_equals_scikit_learns_ridge(problem, alpha):
    features, targets = problem
    moments = measure_moments(ArrayBlocks(features), targets)
    # The Gram matrix's mean eigenvalue scales alpha.
    theirs = Ridge(alpha=alpha * np.square(features - features.mean(0)).sum() / 30).fit(features, targets)
    ours = fit(features, targets, 0.0, alpha)
    np.testing.assert_allclose(ours.coef[1], theirs.coef_, rtol=1e-8)
    np.testing.assert_allclose(predict(ours, features)[1], theirs.predict(features))
    alone = ridge_coefficients(moments.gram, moments.cross, ridge_of(moments.gram, alpha))
    np.testing.assert_allclose(alone, theirs.coef_, rtol=1e-8)


def test_features_far_from_zero_and_of_single_precision_lose_nothing(rng):
    features = (1000 + rng.normal(size=(9000, 20))).astype(np.float32)
    targets = features.astype(float) @ rng.normal(size=(20, 1))
    theirs = LinearRegression().fit(features.astype(float), targets)
    np.testing.assert_allclose(fit(features, targets, 0.0).coef[0], theirs.coef_, rtol=1e-7)


def test_degenerate_features_get_the_solution_of_minimum_norm(problem):
    features, targets = problem
    degenerate = np.hstack([features, features[:, :3], np.zeros((400, 4))])
    for rows in (slice(400), slice(20)):  # or more dimensions than samples
        some = degenerate[rows]
        expected = np.linalg.pinv(some - some.mean(0)) @ (targets[rows] - targets[rows].mean(0))
        np.testing.assert_allclose(fit(some, targets[rows], 0.0).coef[0], expected.T, atol=1e-8)

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression, Ridge

from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.moments import measure_moments
from exoprobe.probes.linear_regression import fit_ridge_path


@pytest.fixture
def problem(rng):
    """Features and three targets of 400 rows."""
    features = np.maximum(rng.normal(size=(400, 30)), 0)
    targets = features @ rng.normal(size=(30, 3)) + [5, -1, 0] + rng.normal(size=(400, 3))
    return features, targets


def fit(features, targets, penalties):
    return fit_ridge_path(measure_moments(ArrayBlocks(features), targets), penalties)


def predict(path, features):
    return features @ path.coef.mT + path.intercept[:, None]


def test_without_penalty_it_equals_scikit_learns_least_squares(problem):
    features, targets = problem
    ours, theirs = fit(features, targets, (0.0,)), LinearRegression().fit(features, targets)
    np.testing.assert_allclose(ours.coef[0], theirs.coef_, rtol=1e-8)
    np.testing.assert_allclose(ours.intercept[0], theirs.intercept_)


def test_with_penalties_it_equals_scikit_learns_ridge(problem):
    features, targets = problem
    penalties = (1e-3, 1.0, 10.0)
    ours = fit(features, targets, penalties)
    for place, penalty in enumerate(penalties):
        centered = features - features.mean(0)
        alpha = penalty * np.square(centered).sum() / features.shape[1]  # the Gram matrix's mean eigenvalue
        theirs = Ridge(alpha=alpha).fit(features, targets)
        np.testing.assert_allclose(ours.coef[place], theirs.coef_, rtol=1e-8)
        np.testing.assert_allclose(predict(ours, features)[place], theirs.predict(features))
        one = ours.at(place, 1)
        np.testing.assert_allclose(one.predict(features), theirs.predict(features)[:, 1])
        assert one.penalty == penalty


def test_features_far_from_zero_and_of_single_precision_lose_nothing(rng):
    features = (1000 + rng.normal(size=(9000, 20))).astype(np.float32)
    targets = features.astype(float) @ rng.normal(size=(20, 1))
    ours, theirs = fit(features, targets, (0.0,)), LinearRegression().fit(features.astype(float), targets)
    np.testing.assert_allclose(ours.coef[0], theirs.coef_, rtol=1e-7)


def test_squared_errors_are_the_mean_over_all_blocks(rng):
    features, targets = rng.normal(size=(9000, 6)), rng.normal(size=(9000, 2))
    path = fit(features, targets, (0.0, 1.0))
    expected = np.square(predict(path, features) - targets).mean(1)
    np.testing.assert_allclose(path.squared_errors(ArrayBlocks(features), targets), expected)


def test_dead_and_doubled_elements_get_the_solution_of_minimum_norm(problem):
    features, targets = problem
    degenerate = np.hstack([features, features[:, :3], np.zeros((400, 4))])
    centered = degenerate - degenerate.mean(0)
    expected = np.linalg.pinv(centered) @ (targets - targets.mean(0))
    np.testing.assert_allclose(fit(degenerate, targets, (0.0,)).coef[0], expected.T, atol=1e-8)


def test_more_elements_than_samples_is_solved(rng):
    features, targets = rng.normal(size=(20, 50)), rng.normal(size=(20, 1))
    np.testing.assert_allclose(predict(fit(features, targets, (0.0,)), features)[0], targets, atol=1e-8)


def test_a_unit_that_fires_once_in_training_does_not_ruin_the_chosen_regressor(rng):
    """What plain least squares does: one training image decides its coefficient, one test image pays."""
    features = rng.normal(size=(500, 3))
    target = features[:, 0] * 10
    rare = np.zeros((500, 1))
    rare[0] = 1e-3
    target[0] += 50
    path = fit_ridge_path(measure_moments(ArrayBlocks(np.hstack([features, rare])), target[:, None]))
    held_out = np.hstack([rng.normal(size=(100, 3)), np.full((100, 1), 0.01)])
    truth = held_out[:, :1] * 10
    chosen = path.at(int(path.squared_errors(ArrayBlocks(held_out), truth)[:, 0].argmin()))
    assert abs(path.at(0).coef[3]) > 1000 > 1 > abs(chosen.coef[3] * 0.01)
    assert np.abs(chosen.predict(held_out) - truth[:, 0]).max() < 2

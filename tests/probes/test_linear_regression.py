import numpy as np
import pytest
from exoprobe.probes.linear_regression import fit_ridge_path, select_on_validation
from sklearn.linear_model import LinearRegression, Ridge


@pytest.fixture
def problem(rng):
    features = np.maximum(rng.normal(size=(400, 30)), 0)
    target = features @ rng.normal(size=30) + 5 + rng.normal(size=400)
    return features, target


def test_without_penalty_it_equals_scikit_learns_least_squares(problem):
    features, target = problem
    (ours,), theirs = fit_ridge_path(features, target, (0.0,)), LinearRegression().fit(features, target)
    np.testing.assert_allclose(ours.coef, theirs.coef_, rtol=1e-8)
    assert ours.intercept == pytest.approx(theirs.intercept_)


@pytest.mark.parametrize("penalty", [1e-3, 1.0, 10.0])
def test_with_a_penalty_it_equals_scikit_learns_ridge(problem, penalty):
    features, target = problem
    centered = features - features.mean(0)
    alpha = penalty * np.square(centered).sum() / features.shape[1]  # the Gram matrix's mean eigenvalue
    (ours,), theirs = fit_ridge_path(features, target, (penalty,)), Ridge(alpha=alpha).fit(features, target)
    np.testing.assert_allclose(ours.coef, theirs.coef_, rtol=1e-8)
    np.testing.assert_allclose(ours.predict(features), theirs.predict(features))


def test_dead_and_doubled_elements_get_the_solution_of_minimum_norm(problem):
    features, target = problem
    degenerate = np.hstack([features, features[:, :3], np.zeros((400, 4))])
    (ours,) = fit_ridge_path(degenerate, target, (0.0,))
    centered = degenerate - degenerate.mean(0)
    expected = np.linalg.pinv(centered) @ (target - target.mean())
    np.testing.assert_allclose(ours.coef, expected, atol=1e-8)


def test_more_elements_than_samples_is_solved(rng):
    features, target = rng.normal(size=(20, 50)), rng.normal(size=20)
    (ours,) = fit_ridge_path(features, target, (0.0,))
    np.testing.assert_allclose(ours.predict(features), target, atol=1e-8)


def test_a_unit_that_fires_once_in_training_does_not_ruin_the_chosen_regressor(rng):
    """What plain least squares does: one training image decides its coefficient, one test image pays."""
    features = rng.normal(size=(500, 3))
    target = features[:, 0] * 10
    rare = np.zeros((500, 1))
    rare[0] = 1e-3
    target[0] += 50
    path = fit_ridge_path(np.hstack([features, rare]), target)
    held_out = np.hstack([rng.normal(size=(100, 3)), np.full((100, 1), 0.01)])
    chosen = select_on_validation(path, held_out, held_out[:, 0] * 10)
    assert abs(path[0].coef[3]) > 1000 > 1 > abs(chosen.coef[3] * 0.01)
    assert np.abs(chosen.predict(held_out) - held_out[:, 0] * 10).max() < 2

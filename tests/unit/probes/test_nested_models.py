from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import Ridge

from exoprobe.datasets.factors import Factor
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes.factor_moments import FactorMoments, halve_groups
from exoprobe.probes.nested_models import (
    ComponentModels,
    DimensionModels,
    choose_alphas,
    nested_dimensions,
    predict_values,
    rank_dimensions,
)
from exoprobe.probes.ridge import ALPHAS


def measure(features, *factors, groups=None):
    return FactorMoments(ArrayBlocks(features), factors, np.arange(len(features)) if groups is None else groups)


def predict(models, features, *factors, alpha=1e-6, index=0):
    """Return the predictions [n, L] of one of the factors by models that are fitted to all of them."""
    moments = measure(features, *factors)
    coefficients = models(moments, np.full(len(factors), alpha)).coefficients(index)
    return predict_values(factors[index], coefficients, features, moments, index)


@pytest.fixture
def numbers(rng):
    """Features of 12 unlike dimensions, correlated, and a number that they encode."""
    features = rng.normal(size=(500, 12)) @ rng.normal(size=(12, 12)) * np.linspace(1, 3, 12) + 5
    return features, Factor("n", "continuous", features @ rng.normal(size=12) + rng.normal(size=500))


def test_dimensions_double_up_to_all():
    assert [nested_dimensions(count).tolist() for count in (1, 8, 12)] == [[1], [1, 2, 4, 8], [1, 2, 4, 8, 12]]


@pytest.mark.parametrize("models", [ComponentModels, DimensionModels])
def test_they_are_ridge_regression_on_the_first_components_or_best_dimensions(numbers, models):
    features, factor = numbers
    predicted = predict(models, features, factor, alpha=0.1)
    correlations = [abs(np.corrcoef(column, factor.values)[0, 1]) for column in features.T]
    for index, count in enumerate(nested_dimensions(12)):
        best = features[:, np.argsort(correlations)[::-1][:count]]
        used = PCA(count).fit_transform(features) if models is ComponentModels else best - best.mean(0)
        expected = Ridge(alpha=0.1 * np.square(used).sum() / 12).fit(used, factor.values).predict(used)
        np.testing.assert_allclose(predicted[:, index], expected)


def test_a_binary_model_is_the_linear_discriminant_of_equal_priors(rng):
    present = (rng.random(600) < 0.2).astype(float)
    features = rng.normal(size=(600, 6)) + present[:, None] * rng.normal(size=6)
    predicted = predict(ComponentModels, features, Factor("b", "binary", present, ("no", "yes")), alpha=0.0)
    discriminant = LinearDiscriminantAnalysis(solver="lsqr").fit(features, present)
    scores = (features - discriminant.means_.mean(0)) @ discriminant.coef_[0]
    np.testing.assert_array_equal(predicted[:, -1] >= 0, scores > 0)


def test_two_categories_are_a_binary_factor_and_one_that_never_occurs_is_never_predicted(rng):
    present = (rng.random(600) < 0.1).astype(float)
    features = rng.normal(size=(600, 6)) + present[:, None]
    factors = [
        Factor("b", "binary", present, ("no", "yes")),
        Factor("c", "categorical", present, ("no", "yes", "never")),
    ]
    binary, categorical = (predict(DimensionModels, features, *factors, alpha=0.01, index=index) for index in (0, 1))
    np.testing.assert_array_equal(binary >= 0, categorical)


def test_rare_classes_are_not_passed_over(rng):
    codes = rng.choice(3, 3000, p=[0.9, 0.07, 0.03]).astype(float)
    features = rng.normal(size=(3000, 5)) + 3 * np.eye(3, 5)[codes.astype(int)]
    predicted = predict(ComponentModels, features, Factor("c", "categorical", codes, ("a", "b", "c")))[:, -1]
    assert min((predicted[codes == code] == code).mean() for code in range(3)) > 0.85


def test_an_angle_is_predicted_around_the_circle(rng):
    degrees = rng.uniform(0, 360, 2000)
    plane = np.stack([np.cos(np.radians(degrees + 50)), np.sin(np.radians(degrees + 50))], axis=1)
    features = np.hstack([plane + 0.01 * rng.normal(size=(2000, 2)), rng.normal(size=(2000, 3))])
    error = predict(DimensionModels, features, Factor("a", "angle", degrees)) - degrees[:, None]
    error = np.abs((error + 180) % 360 - 180).mean(0)
    assert error[0] > 20  # one dimension is not enough
    assert error[1] < 2


@pytest.mark.parametrize("models", [ComponentModels, DimensionModels])
def test_rows_where_a_factor_is_unknown_do_not_move_its_model(rng, models):
    """It is scikit-learn's of the known rows, wherever and however spread the others lie."""
    values = rng.normal(size=500)
    features = values[:, None] * [3, 0, -1] + rng.normal(size=(500, 3))
    everything = np.concatenate([features, 10 * rng.normal(size=(2000, 3)) + [30, -7, 0]])
    factor = Factor("n", "continuous", np.append(values, np.full(2000, np.nan)))
    other = Factor("m", "continuous", rng.normal(size=2500))
    predicted = predict(models, everything, factor, other, alpha=1e-3)[:500, -1]
    expected = Ridge(alpha=1e-3 * np.square(features - features.mean(0)).sum() / 3).fit(features, values)
    np.testing.assert_allclose(predicted, expected.predict(features), atol=1e-9)
    alone = measure(features, replace(factor, values=values))
    np.testing.assert_array_equal(rank_dimensions(measure(everything, factor, other), 0), rank_dimensions(alone, 0))


def test_alphas_are_those_of_the_rows_where_a_factor_is_known(rng, numbers):
    features, factor = numbers
    factors = [factor, replace(factor, values=factor.values + 30 * rng.normal(size=500))]
    everything = np.concatenate([features, 100 * rng.normal(size=(700, 12))])
    padded = [replace(one, values=np.append(one.values, np.full(700, np.nan))) for one in factors]
    half = halve_groups(np.arange(1200))[:500]
    for alpha, one in zip(choose_alphas(measure(everything, *padded)), factors, strict=True):
        errors = np.zeros(len(ALPHAS))
        for index, candidate in enumerate(ALPHAS):
            for side in (0, 1):
                fitted, scored = half == side, half != side
                ridge = Ridge(alpha=candidate * features[fitted].var(0).sum() * fitted.sum() / 12)
                residuals = ridge.fit(features[fitted], one.values[fitted]).predict(features) - one.values
                errors[index] += np.square(residuals[scored]).mean()
        assert alpha == ALPHAS[errors.argmin()]


def test_dimensions_that_do_not_vary_come_last(rng):
    values = rng.normal(size=300)
    features = np.stack([np.full(300, 0.1), values + rng.normal(size=300), np.zeros(300), values], axis=1)
    assert rank_dimensions(measure(features, Factor("n", "continuous", values)), 0).tolist() == [3, 1, 0, 2]


def test_alpha_is_chosen_on_other_groups_and_large_for_noise(numbers, rng):
    """A number per group, and features that identify groups: it can be memorized, but not predicted of others."""
    groups = np.repeat(np.arange(60), 20)
    features = rng.normal(size=(60, 40))[groups] + 0.1 * rng.normal(size=(1200, 40))
    factor = Factor("n", "continuous", rng.normal(size=60)[groups])
    by_row, by_group = (choose_alphas(measure(features, factor, groups=of))[0] for of in (np.arange(1200), groups))
    assert by_row < 0.1 < 1 <= by_group
    noise = Factor("noise", "continuous", rng.normal(size=500))
    clear, unclear = choose_alphas(measure(numbers[0], numbers[1], noise))
    assert clear <= 1e-3 < 1 <= unclear

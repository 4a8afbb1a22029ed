from dataclasses import replace

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.linear_model import Ridge

from exoprobe.datasets.factors import Factor
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.probes.factor_moments import FactorMoments, halve_groups
from exoprobe.probes.linear_regression import PENALTIES
from exoprobe.probes.nested_readouts import (
    ComponentReadouts,
    ElementReadouts,
    choose_penalties,
    nested_dimensions,
    predict_factor,
    rank_elements,
)


def measure(features, *factors, groups=None):
    groups = np.arange(len(features)) if groups is None else groups
    return FactorMoments(ArrayBlocks(features), factors, groups)


@pytest.fixture
def numbers(rng):
    """Features of 12 unlike elements, correlated, and a number that they carry."""
    features = rng.normal(size=(500, 12)) @ rng.normal(size=(12, 12)) * np.linspace(1, 3, 12) + 5
    return features, Factor("n", "continuous", features @ rng.normal(size=12) + rng.normal(size=500))


def test_dimensions_double_up_to_all():
    assert nested_dimensions(12).tolist() == [1, 2, 4, 8, 12]
    assert nested_dimensions(8).tolist() == [1, 2, 4, 8]
    assert nested_dimensions(1).tolist() == [1]


def test_from_components_it_is_ridge_regression_on_them(numbers):
    features, factor = numbers
    moments = measure(features, factor)
    coefficients = ComponentReadouts(moments, np.array([0.1])).coefficients(0)
    found = predict_factor("continuous", coefficients, features, moments, 0)
    for place, count in enumerate(nested_dimensions(12)):
        components = PCA(count).fit_transform(features)
        alpha = 0.1 * np.square(components).sum() / 12
        expected = Ridge(alpha=alpha).fit(components, factor.values).predict(components)
        np.testing.assert_allclose(found[:, place], expected)


def test_from_elements_it_is_ridge_regression_on_the_best(numbers):
    features, factor = numbers
    moments = measure(features, factor)
    found = predict_factor(
        "continuous", ElementReadouts(moments, np.array([0.1])).coefficients(0), features, moments, 0
    )
    correlations = [abs(np.corrcoef(column, factor.values)[0, 1]) for column in features.T]
    order = np.argsort(correlations)[::-1]
    for place, count in enumerate(nested_dimensions(12)):
        chosen = features[:, order[:count]]
        alpha = 0.1 * np.square(chosen - chosen.mean(0)).sum() / 12
        expected = Ridge(alpha=alpha).fit(chosen, factor.values).predict(chosen)
        np.testing.assert_allclose(found[:, place], expected)


def test_a_binary_readout_is_the_linear_discriminant_of_equal_priors(rng):
    present = (rng.random(600) < 0.2).astype(float)
    features = rng.normal(size=(600, 6)) + present[:, None] * rng.normal(size=6)
    moments = measure(features, Factor("b", "binary", present, ("no", "yes")))
    found = predict_factor(
        "binary", ComponentReadouts(moments, np.array([0.0])).coefficients(0), features, moments, 0
    )
    discriminant = LinearDiscriminantAnalysis(solver="lsqr").fit(features, present)
    read = (features - discriminant.means_.mean(0)) @ discriminant.coef_[0]
    np.testing.assert_array_equal(found[:, -1], read > 0)


def test_two_categories_are_a_binary_factor_and_a_third_that_never_occurs_is_never_said(rng):
    present = (rng.random(600) < 0.1).astype(float)
    features = rng.normal(size=(600, 6)) + present[:, None]
    binary = Factor("b", "binary", present, ("no", "yes"))
    categorical = Factor("c", "categorical", present, ("no", "yes", "never"))
    moments = measure(features, binary, categorical)
    readouts = ElementReadouts(moments, np.array([0.01, 0.01]))
    first, second = (
        predict_factor(factor.kind, readouts.coefficients(place), features, moments, place)
        for place, factor in enumerate((binary, categorical))
    )
    np.testing.assert_array_equal(first, second)


def test_rare_classes_are_not_passed_over(rng):
    codes = rng.choice(3, 3000, p=[0.9, 0.07, 0.03]).astype(float)
    features = rng.normal(size=(3000, 5)) + 3 * np.eye(3, 5)[codes.astype(int)]
    moments = measure(features, Factor("c", "categorical", codes, ("a", "b", "c")))
    coefficients = ComponentReadouts(moments, np.array([1e-6])).coefficients(0)
    found = predict_factor("categorical", coefficients, features, moments, 0)[:, -1]
    assert min((found[codes == code] == code).mean() for code in range(3)) > 0.85
    assert ((features - features.mean(0)) @ coefficients[-1].T + moments.target_mean[0]).argmax(1).max() == 2


def test_an_angle_is_read_around_the_circle(rng):
    degrees = rng.uniform(0, 360, 2000)
    plane = np.stack([np.cos(np.radians(degrees + 50)), np.sin(np.radians(degrees + 50))], axis=1)
    features = np.hstack([plane + 0.01 * rng.normal(size=(2000, 2)), rng.normal(size=(2000, 3))])
    moments = measure(features, Factor("a", "angle", degrees))
    coefficients = ElementReadouts(moments, np.array([1e-6])).coefficients(0)
    error = predict_factor("angle", coefficients, features, moments, 0) - degrees[:, None]
    error = np.abs((error + 180) % 360 - 180).mean(0)
    assert error[0] > 20  # one element cannot tell
    assert error[1] < 2


@pytest.mark.parametrize("basis", [ComponentReadouts, ElementReadouts])
def test_rows_where_a_factor_is_not_known_do_not_move_its_readout(rng, basis):
    """The readout is scikit-learn's of the rows with a value, wherever and however spread the others lie."""
    value = rng.normal(size=500)
    features = value[:, None] * [3, 0, -1] + rng.normal(size=(500, 3))
    others = 10 * rng.normal(size=(2000, 3)) + [30, -7, 0]
    factor = Factor("n", "continuous", np.append(value, np.full(2000, np.nan)))
    moments = measure(np.concatenate([features, others]), factor, Factor("m", "continuous", rng.normal(size=2500)))
    alone = measure(features, replace(factor, values=value))
    found = predict_factor("continuous", basis(moments, np.full(2, 1e-3)).coefficients(0), features, moments, 0)
    alpha = 1e-3 * np.square(features - features.mean(0)).sum() / 3
    expected = Ridge(alpha=alpha).fit(features, value).predict(features)
    np.testing.assert_allclose(found[:, -1], expected, atol=1e-9)
    np.testing.assert_array_equal(rank_elements(moments, 0), rank_elements(alone, 0))


def test_penalties_are_those_of_the_rows_where_a_factor_is_known(rng, numbers):
    features, factor = numbers
    noisy = replace(factor, values=factor.values + 30 * rng.normal(size=500))
    every = np.concatenate([features, 100 * rng.normal(size=(700, 12))])
    factors = [replace(one, values=np.append(one.values, np.full(700, np.nan))) for one in (factor, noisy)]
    groups = np.append(np.arange(500), np.arange(500, 1200))
    half = halve_groups(groups)
    moments = measure(every, *factors, groups=groups)
    sides = [half[:500] == side for side in (0, 1)]
    for penalty, one in zip(choose_penalties(moments), (factor, noisy), strict=True):
        errors = [
            sum(
                np.square(
                    Ridge(alpha=tried * features[fitted].var(0).sum() * fitted.sum() / 12)
                    .fit(features[fitted], one.values[fitted])
                    .predict(features[scored])
                    - one.values[scored]
                ).mean()
                for fitted, scored in (sides, sides[::-1])
            )
            for tried in PENALTIES
        ]
        assert penalty == PENALTIES[np.argmin(errors)]


def test_elements_that_do_not_vary_come_last(rng):
    values = rng.normal(size=300)
    features = np.stack([np.full(300, 0.1), values + rng.normal(size=300), np.zeros(300), values], axis=1)
    assert rank_elements(measure(features, Factor("n", "continuous", values)), 0).tolist() == [3, 1, 0, 2]


def test_the_penalty_is_chosen_on_other_groups(rng):
    """A number per person, and features that tell people apart: told by them, but not of other people."""
    people = np.repeat(np.arange(60), 20)
    features = rng.normal(size=(60, 40))[people] + 0.1 * rng.normal(size=(1200, 40))
    factor = Factor("n", "continuous", rng.normal(size=60)[people])
    by_row, by_person = (
        choose_penalties(measure(features, factor, groups=groups))[0] for groups in (np.arange(1200), people)
    )
    assert by_row < 0.1
    assert by_person >= 1


def test_a_clear_signal_needs_hardly_a_penalty_and_noise_a_large_one(numbers, rng):
    features, factor = numbers
    clear, noise = choose_penalties(measure(features, factor, Factor("noise", "continuous", rng.normal(size=500))))
    assert clear <= 1e-3
    assert noise >= 1

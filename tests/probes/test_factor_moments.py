from dataclasses import replace

import numpy as np
import pytest
from exoprobe.data.factors import Factor
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.erasure import fit_erasers
from exoprobe.probes.factor_moments import halve_groups, measure_factor_moments


@pytest.fixture
def problem(rng):
    features = rng.normal(size=(600, 8)) + 3
    color = np.where(rng.random(600) < 0.3, np.nan, rng.integers(0, 3, 600))
    features[:, 0] += np.nan_to_num(color)
    factors = [
        Factor("age", "continuous", features[:, 1] + rng.normal(size=600)),
        Factor("color", "categorical", color, ("a", "b", "c")),
        Factor("nowhere", "binary", np.full(600, np.nan), ("no", "yes")),
    ]
    return features, factors, np.repeat(np.arange(200), 3)


def test_products_are_over_the_rows_where_a_factor_is_known(problem):
    features, factors, groups = problem
    moments = measure_factor_moments(ArrayBlocks(features), factors, groups)
    age, known = factors[0].values, factors[1].known
    centered = features - features.mean(0)
    np.testing.assert_allclose(moments.whole.gram, centered.T @ centered, atol=1e-8)
    np.testing.assert_allclose(moments.whole.cross[:, 0], centered.T @ (age - age.mean()), atol=1e-8)
    part, one_hot = features[known], np.eye(3)[factors[1].values[known].astype(int)]
    expected = part.T @ (one_hot - one_hot.mean(0)) * 600 / known.sum()
    np.testing.assert_allclose(moments.whole.cross[:, moments.columns[1]], expected, atol=1e-8)
    np.testing.assert_allclose(moments.whole.known_mean, [features.mean(0), part.mean(0), features.mean(0)])
    np.testing.assert_allclose(moments.target_mean, [age.mean(), *one_hot.mean(0), 0])
    np.testing.assert_array_equal(moments.whole.cross[:, moments.columns[2]], 0)


@pytest.mark.parametrize("place", [None, 0, 1])  # the whole, either half
def test_rows_that_lie_elsewhere_only_because_a_factor_is_not_known_leave_its_moments_alone(rng, place):
    """Rows without a value are those with one, moved: so moments are those of the rows with one, twice."""
    groups, value = np.arange(200), rng.normal(size=200)
    values = value[:, None] * [1, 0, -1] + rng.normal(size=(200, 3))
    features = np.concatenate([values, values + np.array([30, -7, 0])])
    factor = Factor("n", "continuous", np.append(value, np.full(200, np.nan)))
    both = np.tile(groups, 2)
    moments = measure_factor_moments(ArrayBlocks(features), [factor], both)
    alone = measure_factor_moments(ArrayBlocks(values), [replace(factor, values=value)], groups)
    found, expected = (one.whole if place is None else one.halves[place] for one in (moments, alone))
    assert moments.partly_known.tolist() == [0]
    np.testing.assert_allclose(found.gram_of(0), 2 * expected.gram, rtol=1e-9, atol=1e-8)
    np.testing.assert_allclose(found.cross, 2 * expected.cross, rtol=1e-9, atol=1e-8)
    np.testing.assert_allclose(found.known_mean[0], expected.mean)
    np.testing.assert_allclose(found.target_mean, expected.target_mean, atol=1e-12)


def test_a_half_in_which_a_factor_is_known_more_often_weighs_it_no_more(rng):
    groups = np.arange(2000)
    features, half = rng.normal(size=(2000, 2)), halve_groups(groups)
    known = rng.random(2000) < np.where(half == 0, 0.9, 0.2)
    factor = Factor("n", "continuous", np.where(known, features[:, 0], np.nan))
    moments = measure_factor_moments(ArrayBlocks(features), [factor], groups)
    for one in moments.halves:
        np.testing.assert_allclose(one.cross[0, 0] / one.gram[0, 0], 1, atol=0.15)


def test_an_erasure_from_them_is_exact_where_the_factor_is_known(problem):
    features, factors, groups = problem
    moments = measure_factor_moments(ArrayBlocks(features), factors, groups)
    erasers = fit_erasers(moments.whole, moments.columns)
    assert [eraser.rank for eraser in erasers] == [1, 2, 0]
    known = factors[1].known
    erased, color = erasers[1].apply(features)[known], factors[1].values[known]
    means = np.stack([erased[color == code].mean(0) for code in range(3)])
    np.testing.assert_allclose(means, np.repeat(means[:1], 3, axis=0), atol=1e-10)


def test_halves_hold_whole_groups_and_add_up(problem):
    features, factors, groups = problem
    moments = measure_factor_moments(ArrayBlocks(features), factors, groups)
    half = halve_groups(groups)
    assert moments.halves[0].count + moments.halves[1].count == 600
    assert moments.halves[0].count == 300
    for side in (0, 1):
        assert len(np.unique(groups[half == side])) == 100
        np.testing.assert_allclose(moments.halves[side].mean, features[half == side].mean(0))


def test_the_rows_of_a_single_group_are_halved():
    assert sorted(halve_groups(np.full(10, 7))) == [0] * 5 + [1] * 5

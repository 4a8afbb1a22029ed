import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.embeddings.erasure import fit_erasers
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.moments import measure_moments
from exoprobe.probes.factor_moments import FactorMoments, halve_groups


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


def assert_same(found, expected):
    for name, value in vars(expected).items():
        np.testing.assert_allclose(getattr(found, name), value, rtol=1e-9, atol=1e-8)


def test_moments_are_over_the_rows_where_a_factor_is_known(problem):
    features, factors, groups = problem
    moments = FactorMoments(ArrayBlocks(features), factors, groups)
    age, known = factors[0].values, factors[1].known
    assert_same(moments.of(0), measure_moments(ArrayBlocks(features), (age - age.mean())[:, None]))
    one_hot = np.eye(3)[factors[1].values[known].astype(int)]
    assert_same(moments.of(1), measure_moments(ArrayBlocks(features[known]), one_hot - one_hot.mean(0)))
    assert moments.of(2).count == 0
    np.testing.assert_array_equal(moments.of(2).gram, 0)
    assert [mean.tolist() for mean in moments.target_mean] == [[age.mean()], one_hot.mean(0).tolist(), [0]]
    assert sorted(factors.tolist() for factors in moments.together) == [[0], [1], [2]]


def test_over_all_rows_a_target_counts_where_it_is_known(problem):
    features, factors, groups = problem
    moments = FactorMoments(ArrayBlocks(features), factors, groups)
    known, centered = factors[1].known, features - features.mean(0)
    one_hot = np.eye(3)[np.nan_to_num(factors[1].values).astype(int)]
    expected = centered[known].T @ (one_hot - one_hot[known].mean(0))[known] * 600 / known.sum()
    np.testing.assert_allclose(moments.whole.gram, centered.T @ centered, atol=1e-8)
    np.testing.assert_allclose(moments.whole.cross[:, moments.columns[1]], expected, atol=1e-8)
    np.testing.assert_array_equal(moments.whole.cross[:, moments.columns[2]], 0)
    without_age = FactorMoments(ArrayBlocks(features), factors[1:], groups)  # none is known everywhere
    np.testing.assert_allclose(without_age.whole.gram, moments.whole.gram)
    np.testing.assert_allclose(without_age.whole.cross, moments.whole.cross[:, 1:])


def test_moments_that_do_not_fit_are_measured_again(problem, monkeypatch):
    features, factors, groups = problem
    held = FactorMoments(ArrayBlocks(features), factors, groups)
    monkeypatch.setattr("exoprobe.probes.factor_moments.HELD_BYTES", 0)
    again = FactorMoments(ArrayBlocks(features), factors, groups)
    for factor in (0, 1, 0):
        assert_same(again.of(factor), held.of(factor))


def test_an_erasure_from_them_is_exact_where_the_factor_is_known(problem):
    features, factors, groups = problem
    moments = FactorMoments(ArrayBlocks(features), factors, groups)
    erasers = fit_erasers(moments.whole, [[columns] for columns in moments.columns])
    assert [eraser.rank for eraser in erasers] == [1, 2, 0]
    known = factors[1].known
    erased, color = erasers[1].apply(features)[known], factors[1].values[known]
    means = np.stack([erased[color == code].mean(0) for code in range(3)])
    np.testing.assert_allclose(means, np.repeat(means[:1], 3, axis=0), atol=1e-10)


def test_halves_hold_whole_groups_and_add_up(problem):
    features, factors, groups = problem
    moments = FactorMoments(ArrayBlocks(features), factors, groups)
    half = halve_groups(groups)
    for place, together in enumerate(moments.together):
        known = factors[together[0]].known
        for side, one in enumerate(moments.halves(place)):
            rows = known & (half == side)
            assert one.count == rows.sum()
            assert not one.count or np.allclose(one.mean, features[rows].mean(0))
    assert len(np.unique(groups[half == 0])) == len(np.unique(groups[half == 1])) == 100


def test_the_rows_of_a_single_group_are_halved():
    assert sorted(halve_groups(np.full(10, 7))) == [0] * 5 + [1] * 5

"""The test of dependence, against sums over pairs of rows, and where nothing depends on anything."""

import numpy as np
import pytest
from scipy import stats

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation import dependence as module
from exoprobe.evaluation.dependence import ALPHAS, Directions, GroupedFeatures, dependence
from exoprobe.evaluation.exchange import GROUPS, REVERSED, Exchange
from exoprobe.evaluation.permutation import PermutationInput, permutation_tests
from exoprobe.probes.shared_ridge import principal_components

NOTHING = np.zeros(0, np.int32)


def grouped(features, seeds=1):
    """Features as they are tested; the kernel's directions are the linear ones squared."""
    parts = [np.float32(part - part.mean(0)) for part in (features, features**2)]
    directions = tuple(Directions.of(principal_components(part)) for part in parts)
    return GroupedFeatures(np.arange(len(features)), [directions] * seeds)


def binary(codes):
    return Factor("f", "binary", codes, ("no", "yes"))


def test_the_statistic_by_hand():
    """Two groups of one row: value and feature change their sign together, so each group predicts the other's value."""
    features = GroupedFeatures(np.arange(2), [(Directions.of(np.float32([[1], [-1]])),)])
    codes, exchange = np.array([1.0, 0.0]), Exchange(np.arange(2), GROUPS, NOTHING)
    found = dependence(features, binary(codes), codes, exchange, 0)
    np.testing.assert_allclose(found, np.full((1, len(ALPHAS)), 0.5))


@pytest.mark.parametrize("scheme", [GROUPS, REVERSED])
@pytest.mark.parametrize("table", [1, 1 << 23], ids=["part by part", "at once"])
def test_it_is_a_sum_over_pairs_of_groups_in_every_permutation(rng, monkeypatch, scheme, table):
    monkeypatch.setattr(module, "TABLE", table)
    groups = rng.permutation(np.repeat(np.arange(9), rng.integers(1, 6, 9)))
    rows, codes = rng.normal(size=(len(groups), 3)), (rng.random(len(groups)) < 0.4).astype(float)
    exchange = Exchange(groups, scheme, NOTHING)
    centered = principal_components(np.float32(rows - rows.mean(0))).astype(float)
    values = (codes - codes.mean()) / codes.std()
    found = dependence(grouped(rows), binary(codes), codes, exchange, 20)
    everywhere = np.concatenate([np.arange(len(groups))[None], *exchange.draws(20)])
    gram = centered.T @ centered
    for place, alpha in enumerate(ALPHAS):
        inverse = np.linalg.inv(gram + alpha * gram.trace() / 3 * np.eye(3))
        for statistic, taken in zip(found[:, place], everywhere, strict=True):
            kernel = (centered @ inverse @ centered.T)[np.ix_(taken, taken)] * (groups[:, None] != groups)
            assert statistic == pytest.approx(
                values @ kernel @ values / (inverse @ gram).trace() / (values @ values), abs=1e-6
            )


def test_seeds_are_averaged_and_the_order_of_rows_plays_no_role(rng):
    groups, codes = np.repeat(np.arange(8), 3), (rng.random(24) < 0.5).astype(float)
    features, order = rng.normal(size=(24, 4)), rng.permutation(24)
    exchange = Exchange(groups, GROUPS, NOTHING)
    found = dependence(grouped(features), binary(codes), codes, exchange, 9)
    np.testing.assert_allclose(dependence(grouped(features, 2), binary(codes), codes, exchange, 9), found)
    shuffled = Exchange(groups[order], GROUPS, NOTHING)
    again = dependence(grouped(features[order]), binary(codes), codes[order], shuffled, 0)
    np.testing.assert_allclose(again[0], found[0], atol=1e-6)


def p_value(rng, leak=0.0):
    """The p-value of a number whose values are alike within 16 groups of unequal size, as the features are."""
    groups = np.repeat(np.arange(16), rng.integers(3, 7, 16))
    drawn = rng.normal(size=(16, 4))[groups] + rng.normal(size=(len(groups), 4))
    truth = drawn[:, 3] + leak * drawn[:, 0]
    factor = Factor("f", "continuous", truth, scale="ranks").learned_from(np.ones(len(truth), bool))
    entry = PermutationInput(factor, truth, (np.zeros((len(truth), 1)),), np.zeros(len(truth)), 0)
    return permutation_tests([entry], groups, 99, folds=5, features=grouped(drawn[:, :3]))[0]


def test_p_values_are_uniform_where_features_do_not_depend_on_the_factor():
    found = np.array([p_value(np.random.default_rng(seed))[0] for seed in range(120)])
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert np.mean(found <= 0.05) <= 0.13  # of 120 at 5 %, more would have a chance of 0.1 %


def test_what_depends_is_found_though_the_probe_predicts_nothing(rng):
    p, (linear,) = p_value(rng, leak=2.0)
    assert p == linear == 0.01


def test_of_very_many_rows_evenly_spaced_ones_of_large_groups_are_kept():
    groups = np.array([1, 0, 1, 1, 1, 2, 1, 1])
    np.testing.assert_array_equal(module._thinned(groups, 9), [0, 1, 3, 5, 6])
    np.testing.assert_array_equal(module._thinned(groups, 100), np.arange(8))

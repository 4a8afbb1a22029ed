import numpy as np
import pytest

from exoprobe.evaluation.intervals import (
    RESAMPLES,
    effective_groups,
    group_sums,
    group_weights,
    interval,
    mean_limits,
    rate_limits,
)


def test_sums_by_group_by_hand():
    values = np.array([[1.0, 10], [2, 20], [4, 40], [8, 80]])
    np.testing.assert_array_equal(group_sums(np.array([7, 3, 7, 5]), values), [[2, 20], [8, 80], [5, 50]])


def test_as_many_groups_are_drawn_as_there_are_each_as_often():
    weights = group_weights(np.repeat(np.arange(50), 3))
    assert weights.shape == (RESAMPLES, 50)
    assert (weights.sum(1) == 50).all()
    np.testing.assert_allclose(weights.mean(0), 1, atol=0.2)
    assert weights.var() == pytest.approx(1 - 1 / 50, rel=0.05)


def test_draws_are_seeded():
    groups = np.arange(9)
    np.testing.assert_array_equal(group_weights(groups), group_weights(groups))
    assert (group_weights(groups, 0) != group_weights(groups, 1)).any()


def test_the_interval_leaves_two_and_a_half_percent_on_either_side():
    draws = np.stack([np.arange(1001.0), -np.arange(1001.0)], axis=1)
    low, high = interval(draws, groups=10**6)
    np.testing.assert_allclose(low, [25, -975], rtol=1e-4)
    np.testing.assert_allclose(high, [975, -25], rtol=1e-4)


def mean_interval(values, groups):
    sums = group_sums(groups, np.stack([values, np.ones(len(values))], axis=1))
    draws = group_weights(groups) @ sums
    return interval(draws[:, 0] / draws[:, 1], len(sums))


def test_with_every_row_its_own_group_it_is_the_normal_interval(rng):
    values = rng.normal(size=400)
    low, high = mean_interval(values, np.arange(400))
    assert high - low == pytest.approx(2 * 1.96 * values.std() / 20, rel=0.08)


def test_copies_of_an_image_do_not_narrow_it(rng):
    values = rng.normal(size=40)
    once = np.diff(mean_interval(values, np.arange(40)))
    copied, groups = np.repeat(values, 10), np.repeat(np.arange(40), 10)
    np.testing.assert_allclose(np.diff(mean_interval(copied, groups)), once)
    assert np.diff(mean_interval(copied, np.arange(400))) < 0.5 * once  # what taking them for independent claims


def test_of_four_groups_or_fewer_there_is_no_interval(rng):
    draws = rng.normal(size=(1000, 2))
    for groups in (1, 4):
        assert all(np.isnan(end).all() for end in interval(draws, groups))
    assert all(np.isfinite(end).all() for end in interval(draws, 5))


def test_the_effective_number_of_groups_by_hand():
    assert effective_groups(np.full(7, 3)) == pytest.approx(7)
    assert effective_groups(np.array([3, 1])) == pytest.approx(1.6)
    assert effective_groups(np.zeros(0)) == 0


def test_where_a_few_large_groups_decide_the_interval_covers_if_their_number_counts():
    sizes = np.round(100 / np.arange(1, 49) ** 1.2).astype(int).clip(1)
    groups, covered = np.repeat(np.arange(48), sizes), {None: 0, effective_groups(sizes): 0}
    for seed in range(200):
        rng = np.random.default_rng(seed)
        sums = group_sums(groups, np.stack([rng.normal(size=48)[groups], np.ones(len(groups))], axis=1))
        draws = group_weights(groups) @ sums
        for effective in covered:
            low, high = interval(draws[:, 0] / draws[:, 1], 48, effective)
            covered[effective] += bool(low <= 0 <= high)
    few, enough = covered.values()
    assert few < 0.93 * 200 <= enough


def test_too_few_groups_give_a_number_that_a_table_can_hold(rng):
    assert all(isinstance(limit, float) for limit in interval(rng.normal(size=99), 3))


def test_limits_of_a_rate_by_hand():
    """Ten groups of one row without an error: Wilson's upper limit is z² / (n + z²); groups of four count once."""
    square = 1.959964**2
    for rows in (1, 4):
        rate, low, high = rate_limits(np.full((10, 1), rows), np.zeros((10, 1)))
        np.testing.assert_allclose([rate[0], low[0], high[0]], [0, 0, square / (10 + square)], atol=1e-6)


def test_the_limits_of_a_mean_of_rates_by_hand():
    low, high = mean_limits(np.array([0.0, 0.2]), np.array([0.0, 0.1]), np.array([0.3, 0.6]))
    np.testing.assert_allclose([low, high], [0.1 - 0.05, 0.1 + 0.25])

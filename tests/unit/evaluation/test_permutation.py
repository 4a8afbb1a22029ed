import numpy as np
import pytest
from scipy import stats

from exoprobe.datasets.factors import Factor
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.permutation import (
    PermutationInput,
    holm,
    permutation_count,
    permutation_tests,
    permuted_rows,
)


def uneven_groups(rng, count=60):
    return np.repeat(np.arange(count), rng.integers(1, 9, count))


def test_groups_of_one_size_exchange_all_their_values():
    groups = np.repeat([3, 1, 2, 0], 5)
    for rows in permuted_rows(groups, 20):
        assert sorted(rows) == list(range(20))
        for group in range(4):  # what a group takes comes from one group
            assert len(set(groups[rows[groups == group]])) == 1


def test_each_group_takes_the_values_of_one_group(rng):
    groups = uneven_groups(rng)
    sizes = np.bincount(groups)
    seen = set()
    for rows in permuted_rows(groups, 50):
        for group in range(len(sizes)):
            (donor,) = set(groups[rows[groups == group]])
            taken = rows[groups == group]
            assert len(set(taken)) == min(sizes[group], sizes[donor])  # all different, as far as there are enough
            seen.add((group, donor))
    assert len(seen) > 15 * len(sizes)


def test_rows_that_follow_each_other_take_values_that_do():
    groups = np.repeat([1, 0, 2], 8)
    for rows in permuted_rows(groups, 20):
        steps = np.diff(rows.reshape(3, 8), axis=1) % 8
        assert (steps == 1).all()


def test_where_rows_stand_in_their_groups_does_not_matter():
    groups = np.repeat(np.arange(30), 7)  # as seven angles of every digit
    angle = np.tile(np.arange(7.0), 30)
    correlations = [np.corrcoef(angle, angle[rows])[0, 1] for rows in permuted_rows(groups, 200)]
    assert abs(np.mean(correlations)) < 0.02


def test_holm_by_hand():
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.5])), [0.04, 0.09, 0.09, 0.5])
    np.testing.assert_allclose(holm(np.array([0.6, 0.6])), [1, 1])


def test_there_are_enough_permutations_for_the_correction():
    for factors in (1, 5, 41, 300):
        assert factors / (1 + permutation_count(factors)) <= 0.05
    assert permutation_count(5, 99) == 99
    with pytest.raises(ExoprobeError, match="permutations is 99; with 6 factors, no corrected p-value .* give 999"):
        permutation_count(6, 99)


def entry(truth, *predicted):
    codes = truth.astype(float)
    return PermutationInput(
        Factor("f", "binary", codes, ("no", "yes")), codes, tuple(p[:, None] for p in predicted), np.zeros(len(codes))
    )


def test_a_perfect_probe_has_the_least_p_value(rng):
    groups, truth = np.arange(60), rng.random(60) < 0.4
    ((p, each),) = permutation_tests([entry(truth, truth - 0.5, rng.normal(size=60))], groups, 199)
    assert p == each[0] == 1 / 200
    assert each[1] > 0.02


def test_a_probe_that_always_says_the_same_tells_nothing(rng):
    groups, truth = np.arange(60), rng.random(60) < 0.4
    ((p, each),) = permutation_tests([entry(truth, np.ones(60))], groups, 99)
    assert p == each[0] == 1


def null_p_values(draw, count=200):
    """P-values of random predictions that are alike within groups, of values that are so too."""
    found = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        groups = uneven_groups(rng)
        truth = draw(rng, groups)
        predicted = [rng.normal(size=60)[groups] + rng.normal(size=len(groups)) for _ in range(2)]
        ((p, _),) = permutation_tests([entry(truth, *predicted)], groups, 199)
        found.append(p)
    return np.array(found)


@pytest.mark.parametrize(
    "draw",
    [
        lambda rng, groups: (rng.random(60) < 0.4)[groups],
        lambda rng, groups: rng.random(len(groups)) < 0.3,
        lambda rng, groups: rng.normal(size=60)[groups] + rng.normal(size=len(groups)) > 0.3,
    ],
    ids=["of the group", "of the row", "of both"],
)
def test_p_values_are_uniform_where_nothing_is_told(draw):
    found = null_p_values(draw)
    assert stats.kstest(found, "uniform").pvalue > 0.01
    assert (found <= 0.05).mean() <= 0.1


def test_sessions_within_groups_hardly_look_like_leaks():
    """Values and predictions that are alike within each of a person's four sessions, and independent."""
    found = []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        groups, sessions = np.repeat(np.arange(30), 20), np.repeat(np.arange(120), 5)
        truth = (rng.random(120) < 0.4)[sessions]
        predicted = rng.normal(size=120)[sessions] + 0.1 * rng.normal(size=600)
        ((p, _),) = permutation_tests([entry(truth, predicted)], groups, 99)
        found.append(p)
    assert (np.array(found) <= 0.05).mean() < 0.12  # with the values shuffled within groups: 0.17


def test_what_is_undefined_counts_against_a_leak(rng):
    """Few large groups hold the rare value: many permutations have none of it."""
    groups = np.concatenate([np.repeat(np.arange(6), 200), 6 + np.repeat(np.arange(24), 2)])
    truth = np.zeros(len(groups), bool)
    truth[:1200:200] = True
    nothing = np.full(len(groups), np.nan)
    for predicted in ((rng.normal(size=len(groups)),), (rng.normal(size=len(groups)), nothing), (nothing,)):
        ((p, each),) = permutation_tests([entry(truth, *predicted)], groups, 199)
        assert p > 0.02
        assert (each > 0.02).all()

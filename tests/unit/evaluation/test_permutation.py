import numpy as np
import pytest
from scipy import stats

from exoprobe.datasets.factors import Factor
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.permutation import (
    PermutationInput,
    holm,
    permutation_tests,
)
from exoprobe.evaluation.permutation_count import count_tests, permutation_count


def uneven_groups(rng, count=60):
    return np.repeat(np.arange(count), rng.integers(1, 9, count))


def test_holm_by_hand():
    np.testing.assert_allclose(holm(np.array([0.01, 0.04, 0.03, 0.5])), [0.04, 0.09, 0.09, 0.5])
    np.testing.assert_allclose(holm(np.array([0.6, 0.6])), [1, 1])


def test_what_was_not_tested_is_not_corrected_for():
    np.testing.assert_allclose(holm(np.array([0.01, np.nan, 0.03])), [0.02, np.nan, 0.03])


def test_there_are_enough_permutations_for_the_correction():
    for tests in (1, 5, 41, 300, 3_000):
        assert tests / (1 + permutation_count(tests)) <= 0.05
    assert permutation_count(41) == 50 * 41 - 1
    assert permutation_count(300) == 9_999
    assert permutation_count(5, 99) == 99
    with pytest.raises(ExoprobeError, match="permutations is 99; with 6 tests .* no corrected p-value .* give 999"):
        permutation_count(6, 99)


def test_factors_of_all_representations_are_corrected_together_and_controls_apart():
    assert count_tests(10, [False, False, True]) == 20
    assert count_tests(10, [False, True, True]) == count_tests(10, [True]) == 10


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


def cross_fitted(rng, rows=60, folds=5):
    """Random numbers, each predicted from those of the other folds by random features."""
    features, truth, fold = rng.normal(size=(rows, 40)), rng.choice([-1.0, 1.0], rows), np.arange(rows) % folds
    predicted = ((features @ features.T) * (fold[:, None] != fold)) @ truth
    return PermutationInput(Factor("f", "continuous", truth), truth, (1e-3 * predicted[:, None],), np.zeros(rows))


def test_p_values_of_cross_fitted_predictions_are_not_too_small():
    """Each two groups meet twice, so that chance alone spreads the skill more than permutations do."""
    drawn = [cross_fitted(np.random.default_rng(seed)) for seed in range(400)]
    p = {
        folds: np.array([permutation_tests([one], np.arange(60), 99, folds=folds)[0][0] for one in drawn])
        for folds in (1, 5)
    }
    assert (p[1] <= 0.05).mean() > 0.08
    assert 0.01 < (p[5] <= 0.05).mean() < 0.06


def null_p_values(draw, count=400):
    """P-values of random predictions that are alike within groups, of values that are so too."""
    found = []
    for seed in range(count):
        rng = np.random.default_rng(seed)
        groups = uneven_groups(rng)
        truth = draw(rng, groups)
        predicted = [rng.normal(size=60)[groups] + rng.normal(size=len(groups)) for _ in range(2)]
        ((p, _),) = permutation_tests([entry(truth, *predicted)], groups, 99)
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
    assert stats.kstest(found, "uniform").pvalue > 0.001
    assert (found <= 0.05).mean() <= 0.085  # of 400 at 5 %, more would have a chance of 0.1 %


def test_what_is_undefined_counts_against_a_leak(rng):
    groups, truth = np.repeat(np.arange(30), 4), rng.random(120) < 0.3
    nothing = np.full(120, np.nan)
    for predicted in ((rng.normal(size=120), nothing), (nothing,)):
        ((p, each),) = permutation_tests([entry(truth, *predicted)], groups, 199)
        assert p > 0.02
        assert each[-1] == 1

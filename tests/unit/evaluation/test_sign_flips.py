import numpy as np
from scipy import stats

from exoprobe.evaluation.sign_flips import sign_flip_tests


def test_three_groups_that_all_favor_one_are_no_proof():
    """Of eight signs of three differences, two are as extreme: p = 1/4, where a bootstrap's spread would say 0.08."""
    (p,) = sign_flip_tests([np.array([0.01, 0.01, 0.01, *np.zeros(40)])])
    assert abs(p - 0.25) < 0.03


def test_no_difference_and_an_undefined_one():
    none, unknown = sign_flip_tests([np.zeros(5), np.full(7, np.nan)])
    assert none == 1
    assert np.isnan(unknown)


def test_p_values_are_uniform_for_equal_representations_and_have_no_floor(rng):
    found = sign_flip_tests(list(rng.normal(size=(400, 60)) * rng.exponential(size=60)))
    assert stats.kstest(found, "uniform").pvalue > 0.01
    (sure,) = sign_flip_tests([np.full(200, 0.01)])
    assert sure <= 2 * np.exp(-100) * 1.01

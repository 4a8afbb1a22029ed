import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.probes.targets import factor_targets, to_values


def test_each_kind_by_hand():
    binary = Factor("glasses", "binary", np.array([0, 1, np.nan]), ("no", "yes"))
    color = Factor("color", "categorical", np.array([2, np.nan, 0]), ("red", "green", "blue"))
    age = Factor("age", "continuous", np.array([3.5, np.nan, -1]))
    yaw = Factor("yaw", "angle", np.array([90, np.nan, 180.0]))
    np.testing.assert_array_equal(factor_targets(binary), [[0], [1], [np.nan]])
    np.testing.assert_array_equal(factor_targets(color), [[0, 0, 1], [np.nan] * 3, [1, 0, 0]])
    np.testing.assert_array_equal(factor_targets(age), [[3.5], [np.nan], [-1]])
    np.testing.assert_allclose(factor_targets(yaw), [[1, 0], [np.nan, np.nan], [0, -1]], atol=1e-15)


def test_a_category_that_no_sample_has_keeps_its_column():
    assert factor_targets(Factor("c", "categorical", np.zeros(4), ("a", "b", "c"))).shape == (4, 3)


def test_no_number_is_predicted_beyond_those_in_training():
    age = Factor("age", "continuous", np.array([20, 50, np.nan, 90.0]))
    learned = age.learned_from(np.array([True, True, True, False]))
    np.testing.assert_array_equal(to_values(learned, np.array([[19.0], [30.0], [4000.0]])), [20, 30, 50])
    np.testing.assert_array_equal(to_values(age, np.array([[19.0], [4000.0]])), [19, 4000])
    nowhere = age.learned_from(np.array([False, False, True, False]))
    np.testing.assert_array_equal(to_values(nowhere, np.array([[4000.0]])), [4000])


def test_scores_of_classes_and_angles_have_no_such_limits():
    every = np.ones(2, bool)
    binary = Factor("glasses", "binary", np.array([0, 1.0]), ("no", "yes")).learned_from(every)
    yaw = Factor("yaw", "angle", np.array([10, 20.0])).learned_from(every)
    assert to_values(binary, np.array([-7.0])) == -7
    assert to_values(yaw, np.array([1.0, 0.0])) == 90


def test_numbers_on_ranks_are_learned_as_normal_scores_and_predicted_in_their_unit():
    income = Factor("income", "continuous", np.array([1, 10, 100, np.nan, 1e9, 3]), scale="ranks")
    with pytest.raises(ValueError, match="the normal scores of income were not learned from training rows"):
        factor_targets(income)
    learned = income.learned_from(np.array([True, True, True, True, False, False]))
    (low, middle, high, unknown, far, between) = factor_targets(learned)[:, 0]
    assert (low, middle, far) == (-high, 0, high)
    assert np.isnan(unknown)
    assert between == pytest.approx(low * 7 / 9)
    np.testing.assert_allclose(to_values(learned, np.array([[-9], [0], [high / 2], [9]])), [1, 10, 55, 100])

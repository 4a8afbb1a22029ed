import numpy as np
from exoprobe.data.factors import Factor
from exoprobe.probes.targets import factor_targets


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

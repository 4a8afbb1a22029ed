"""Given columns as a design matrix."""

import numpy as np

from exoprobe.datasets.factors import Factor
from exoprobe.probes.given_design import CELL_ROWS, given_design


def test_classes_have_a_column_each_and_one_for_the_unknown():
    factor = Factor("a", "categorical", np.array([0, 1, 2, np.nan, 1]), ("x", "y", "z"))
    expected = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1], [0, 1, 0, 0]]
    np.testing.assert_array_equal(given_design([factor]), expected)


def test_numbers_are_linear_between_quantiles():
    values = np.linspace(0, 10, 90)
    design = given_design([Factor("n", "continuous", values)])
    np.testing.assert_allclose(design, np.stack([np.interp(values, [0, 5, 10], hat) for hat in np.eye(3)], axis=1))


def test_a_number_of_few_values_has_a_column_for_each():
    values = np.tile([1.0, 2.0, 5.0], 40)
    np.testing.assert_array_equal(given_design([Factor("n", "continuous", values)]), values[:, None] == [1, 2, 5])


def test_an_angle_is_continuous_around_the_circle():
    design = given_design([Factor("t", "angle", np.array([-180.0, 180.0, 0.0]))])
    assert design.shape == (3, 6)
    np.testing.assert_allclose(design[0], design[1], atol=1e-12)


def test_two_columns_have_the_cells_that_hold_enough_rows():
    first = Factor("a", "binary", np.repeat([0.0, 1.0], 60), ("n", "y"))
    other = Factor("b", "binary", np.repeat([0.0, 1.0, 1.0], [60, 60 - CELL_ROWS + 1, CELL_ROWS - 1]), ("n", "y"))
    other.values[-(CELL_ROWS - 1) :] = 0
    design = given_design([first, other])
    np.testing.assert_array_equal(design[:, 4:].sum(0), [60, 60 - CELL_ROWS + 1])

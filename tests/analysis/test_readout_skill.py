import numpy as np
import pytest
from exoprobe.analysis.readout_skill import best_constant, skill
from exoprobe.data.factors import Factor


def test_classes_by_hand():
    factor = Factor("c", "categorical", np.array([0, 0, 2, 2, np.nan]), ("a", "b", "c"))
    predicted = np.array([[0, 2, 0], [0, 2, 1], [2, 2, 0], [2, 2, 2], [9, 9, 9]])
    # Two classes occur, so a constant errs by 1/2; the last: recalls 1/2 and 1/2.
    np.testing.assert_allclose(skill(factor, predicted, np.nan), [1, 0, 0])


def test_numbers_by_hand():
    factor = Factor("n", "continuous", np.array([0, 2, 4, np.nan]))
    predicted = np.array([[0, 1.0], [2, 1], [4, 1], [7, 7]])
    # The constant 2 errs by 4/3, the constant 1 by 5/3.
    np.testing.assert_allclose(skill(factor, predicted, 2.0), [1, 1 - 5 / 4])
    assert best_constant(Factor("n", "continuous", np.array([5, 1, 1.5, np.nan]))) == 1.5


def test_angles_go_around_the_circle():
    factor = Factor("a", "angle", np.array([350, 10.0]))
    np.testing.assert_allclose(skill(factor, np.array([[-10, 370], [10, -10.0]]), 180.0), [1, 1 - 20 / 170])
    assert best_constant(Factor("a", "angle", np.array([350, 352, 354, 10, np.nan]))) in (352, 353, 354)


@pytest.mark.parametrize("kind", ["binary", "continuous", "angle"])
def test_what_does_not_vary_or_is_not_known_has_no_skill(kind):
    one = Factor("f", kind, np.ones(3), ("no", "yes"))
    nowhere = Factor("f", kind, np.full(3, np.nan), ("no", "yes"))
    assert np.isnan(skill(one, np.ones((3, 2)), 1.0)).all()
    assert np.isnan(skill(nowhere, np.ones((3, 2)), best_constant(nowhere))).all()

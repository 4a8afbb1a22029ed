import numpy as np

from exoprobe.evaluation.binning import Bins
from exoprobe.evaluation.unit_order import shifted_up, unit_order


def test_units_stand_in_the_order_of_the_values_that_they_fire_for():
    features = np.array([[1, 9, 0], [3, 7, 0], [8, 2, 4], [50, 50, 50.0]])
    table = unit_order(features, Bins(np.array([0, 0, 1, -1]), ("no", "yes")))
    # Means: no 2, 8, 0; yes 8, 2, 4: unit 1 is of no, units 0 and 2 of yes.
    assert table["value"].tolist() == ["no"] * 3 + ["yes"] * 3
    assert table["position"].tolist() == [0, 1, 2] * 2
    np.testing.assert_allclose(table["activation"], [8, 2, 0, 2, 8, 4])


def test_a_rare_value_keeps_its_units(rng):
    codes = np.repeat([0, 1], [980, 20])
    features = np.abs(rng.normal(size=(1000, 10))) / 10
    features[codes == 1, 7:] += 1
    table = unit_order(features, Bins(codes, ("no", "yes")))
    assert (table.query("value == 'yes'")["activation"].to_numpy()[-3:] > 1).all()


def test_only_units_below_zero_are_shifted():
    np.testing.assert_array_equal(shifted_up(np.array([[-2.0, 1], [3, 4]])), [[0, 1], [5, 4]])


def test_many_units_are_averaged_and_many_values_cut(rng):
    codes = rng.permutation(np.repeat(np.arange(40), np.arange(1, 41)))
    table = unit_order(rng.random((len(codes), 1000)), Bins(codes, tuple(f"v{code}" for code in range(40))))
    assert table["position"].max() == 199
    assert list(dict.fromkeys(table["value"])) == [f"v{code}" for code in range(10, 40)]


def test_a_factor_known_nowhere_has_no_rows():
    assert len(unit_order(np.ones((4, 3)), Bins(np.full(4, -1), ()))) == 0

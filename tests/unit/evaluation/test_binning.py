import numpy as np
import pytest

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.binning import factor_bins


def test_categories_that_occur_are_the_classes():
    bins = factor_bins(Factor("c", "categorical", np.array([3, 0, np.nan, 3]), ("a", "b", "c", "d")))
    np.testing.assert_array_equal(bins.codes, [1, 0, -1, 1])
    assert bins.names == ("a", "d")


def test_a_number_of_few_values_keeps_them():
    bins = factor_bins(Factor("n", "continuous", np.array([2.5, 0, 2.5, np.nan])))
    np.testing.assert_array_equal(bins.codes, [1, 0, 1, -1])
    assert bins.names == ("0", "2.5")


def test_numbers_fall_into_ten_bins_of_equal_counts(rng):
    values = rng.lognormal(size=1000)
    bins = factor_bins(Factor("n", "continuous", values))
    np.testing.assert_array_equal(np.bincount(bins.codes), [100] * 10)
    order = np.argsort(values)
    assert (np.diff(bins.codes[order]) >= 0).all()
    assert bins.names[0] == f"{values[order[0]]:.4g} … {values[order[99]]:.4g}"


def test_a_value_that_is_most_of_a_number_gets_one_bin(rng):
    values = np.where(np.arange(1000) < 900, 0, 1 + rng.random(1000))
    bins = factor_bins(Factor("n", "continuous", values))
    assert (bins.codes[:900] == bins.codes[0]).all()
    assert np.bincount(bins.codes).min() > 0
    assert len(bins.names) == bins.codes.max() + 1


def test_angles_around_zero_are_not_cut_there():
    degrees = np.repeat(np.arange(-60, 61, 5), 4) % 360.0
    bins = factor_bins(Factor("yaw", "angle", degrees))
    assert len(bins.names) == 12
    assert bins.names[0].startswith("-60 … ")
    assert bins.names[-1].endswith(" … 60")
    signed = (degrees + 180) % 360 - 180
    assert (np.diff(bins.codes[np.argsort(signed)]) >= 0).all()


def test_half_a_turn_is_named_so():
    bins = factor_bins(Factor("a", "angle", np.array([-180, 180, 90, 270.0])))
    assert set(bins.names) == {"90", "180", "-90"}


@pytest.mark.parametrize("kind", ["binary", "angle", "continuous"])
def test_a_factor_known_nowhere_has_no_class(kind):
    bins = factor_bins(Factor("f", kind, np.full(3, np.nan), ("no", "yes")))
    assert bins.names == ()
    np.testing.assert_array_equal(bins.codes, -1)

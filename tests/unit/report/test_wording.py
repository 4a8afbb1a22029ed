"""How numbers are written."""

import math

import pytest

from exoprobe.report.wording import counted, interval, listed, number, p_value, share, signed, significant


@pytest.mark.parametrize(
    ("value", "text"), [(0.254, "0.25"), (-0.5, "−0.50"), (-0.001, "0.00"), (1234.5, "1,234.50"), (math.nan, "–")]
)
def test_numbers_have_real_minus_signs_and_no_negative_zero(value, text):
    assert number(value) == text


def test_ranges_have_an_en_dash_where_it_is_not_read_as_a_sign():
    assert interval(0.25, 0.371) == "0.25–0.37"
    assert interval(-0.05, 0.03) == "−0.05 to 0.03"
    assert interval(12.34, 1300, None) == "12.3–1,300"
    assert interval(math.nan, 0.3) == ""


def test_changes_have_their_sign():
    assert [signed(value) for value in (0.2, -0.2, 0.001)] == ["+0.20", "−0.20", "0.00"]


def test_the_least_p_value_of_a_permutation_test_is_a_bound():
    assert p_value(0.001, 999) == "≤ 0.001"
    assert p_value(0.002, 999) == "0.002"
    assert p_value(0.0001) == "< 0.001"
    assert p_value(math.nan) == "–"


def test_shares_scales_and_counts():
    assert share(0.1234) == "12.3 %"
    assert significant(0.012345) == "0.0123"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed(["a"]) == "a"
    assert (counted(1, "factor"), counted(1200, "factor")) == ("1 factor", "1,200 factors")

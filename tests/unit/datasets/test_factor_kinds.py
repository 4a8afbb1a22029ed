import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.factor_kinds import NotAFactorError, is_group, to_factor
from exoprobe.datasets.factors import Factor, read_factors, write_factors
from exoprobe.errors import ExoprobeError

NAN = np.nan
SPREAD = np.linspace(80, -80, 41)


def column(values, name="x"):
    return pd.Series(values, name=name)


@pytest.mark.parametrize(
    ("name", "values", "kind"),
    [
        ("x", [0, 1, 1, 0], "binary"),
        ("x", [0.5, -20.0, NAN, 0.5], "binary"),
        ("x", [True, False, True], "binary"),
        ("x", [True, None, False], "binary"),
        ("x", ["yes", "no", "yes"], "binary"),
        ("yaw", [-20, 20, 20], "binary"),
        ("x", [*"abc"] * 4, "categorical"),
        ("x", [*range(10)] * 3, "categorical"),
        ("x", [0.0, 1.0, 2.0, NAN] * 3, "categorical"),
        ("x", [*range(11)] * 3, "continuous"),
        ("x", [0.5, 1.5, 2.5], "continuous"),
        ("x", SPREAD, "continuous"),
        ("yaw", SPREAD, "angle"),
        ("head_yaw", SPREAD, "angle"),
        ("HeadYaw", SPREAD, "angle"),
        ("tilt_deg", SPREAD, "angle"),
        ("rotation", [-45, -30, -15, 0, 15, 30, 45], "angle"),
        ("enrolled", SPREAD, "continuous"),
        ("yaw", SPREAD * 10, "continuous"),
        ("yaw", SPREAD / 60, "continuous"),  # radians
        ("x", pd.date_range("2020-01-01", periods=4), "continuous"),
        ("x", [*(f"{n % 101}x" for n in range(1000, 0, -1)), "x"], "categorical"),
    ],
)
def test_the_kind_is_inferred_from_values_and_name(name, values, kind):
    assert to_factor(column(values, name)).kind == kind


def test_codes_follow_the_sorted_values_and_what_is_missing_is_nan():
    factor = to_factor(column(["no", None, "yes", "maybe", "no", "yes"]))
    assert factor.categories == ("maybe", "no", "yes")
    np.testing.assert_array_equal(factor.values, [1, NAN, 2, 0, 1, 2])
    assert to_factor(column([True, None, False])).categories == ("False", "True")
    assert to_factor(column([20.0, NAN, -20.0])).categories == ("-20", "20")


def test_numbers_stay_what_they_are():
    np.testing.assert_array_equal(to_factor(column([1.5, NAN, 2.5, 4.0])).values, [1.5, NAN, 2.5, 4.0])


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ([0, 1, 1, 0], "continuous"),
        ([0.5, 1.5, 2.5], "categorical"),
        ([0, 90, 180], "angle"),
        ([3, 1, 2], "continuous"),
        ([1, 2, 3], "continuous"),
        ([0, 1, NAN], "categorical"),
        ([*"ab"], "binary"),
    ],
)
def test_the_user_s_kind_goes_first(values, kind):
    assert to_factor(column(values), kind).kind == kind


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([5.0, 5.0, NAN], "it is 5 in every row"),
        (["a", "a"], "it is a in every row"),
        ([None, None], "it is empty"),
        ([f"{n}.jpg" for n in range(50)], "its 50 texts are names, not categories"),
        ([*range(3, 40)], "it numbers the rows"),
    ],
)
def test_what_is_no_factor_says_why(values, reason):
    with pytest.raises(NotAFactorError) as error:
        to_factor(column(values))
    assert str(error.value) == f"x cannot be probed, {reason}"


@pytest.mark.parametrize(
    ("values", "kind", "message"),
    [
        (["a", "b", "c"], "continuous", "kinds: x is continuous, but is 'a' in row 0 (from 0)"),
        ([True, False], "angle", "kinds: x is angle, but is 'True' in row 0 (from 0)"),
        (
            [0, 360, 1000],
            "angle",
            "kinds: x is angle, but is 1000 in row 2 (from 0); angles are degrees from -360 to 360",
        ),
        ([1, 2, 3], "binary", "kinds: x is binary, but has 3 different values"),
        (
            [*range(500)],
            "categorical",
            "kinds: x is categorical, but has 500 different values in 500 rows, as names have",
        ),
        ([1.0, np.inf, 2.0], None, "x is infinite in row 1 (from 0); leave the field empty if unknown"),
    ],
)
def test_values_that_do_not_fit_are_refused_with_their_row(values, kind, message):
    with pytest.raises(ExoprobeError) as error:
        to_factor(column(values), kind)
    assert str(error.value) == message


GROUPS = np.repeat(np.arange(4), 3)


@pytest.mark.parametrize(
    ("kind", "values", "same"),
    [
        ("categorical", [5, 5, 5, 2, 2, 2, 1, 1, 1, 0, 0, 0], True),
        ("categorical", range(12), True),  # finer than the groups
        ("binary", [0] * 6 + [1] * 6, False),  # of a group, but shared by two
        ("binary", [0, 1] * 6, False),
        ("continuous", np.repeat([0, 1, 2, 3], 3), True),  # another number of the group
        ("continuous", np.repeat([101, 7, 55, 3], 3), False),  # an age that differs from group to group
        ("continuous", np.repeat([1.5, 7.25, 3.5, 2.0], 3), False),  # an amount that belongs to the group
        ("continuous", range(12), False),
    ],
)
def test_a_factor_that_names_the_groups_is_found(kind, values, same):
    factor = Factor("x", kind, np.array(values, float), ())
    assert is_group(factor, GROUPS) is same


def test_numbers_of_a_user_are_on_ranks_and_the_file_says_so(tmp_path):
    own = Factor("yaw", "continuous", np.array([-3.0, NAN, 8.0]))
    write_factors(tmp_path / "factors", [own, to_factor(column([1.5, 2.5, 4.0]))], "digest")
    read = read_factors(tmp_path / "factors", "digest")
    assert [factor.scale for factor in read] == ["raw", "ranks"]
    assert [factor.on_ranks for factor in read] == [False, True]
    assert not to_factor(column(SPREAD, "yaw")).on_ranks

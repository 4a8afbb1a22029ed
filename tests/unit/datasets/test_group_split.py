import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from exoprobe.datasets.folds import INNER_FOLDS, rows_needed
from exoprobe.datasets.group_split import (
    FOLDS_BELOW,
    LEAST_GROUPS,
    SHARES,
    draw_groups,
    draw_split,
    given_split,
    make_repeats,
    make_split,
)
from exoprobe.datasets.samples import SPLITS
from exoprobe.errors import ExoprobeError


def one_split(groups, classes, seed):
    return draw_split(groups, classes, seed, SHARES, LEAST_GROUPS)


@given(sizes=st.lists(st.integers(1, 30), min_size=9, max_size=60), seed=st.integers(0, 5), classes=st.integers(0, 3))
def test_groups_stay_whole_and_every_split_has_three(sizes, seed, classes):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    rng = np.random.default_rng(seed)
    parts = one_split(groups, [rng.integers(0, 2, len(groups)).astype(float) for _ in range(classes)], seed)
    per_group = [set(parts[groups == group]) for group in range(len(sizes))]
    assert all(len(found) == 1 for found in per_group)
    assert np.bincount([min(found) for found in per_group], minlength=3).min() >= 3


def test_rows_are_split_60_15_25_even_where_groups_differ_in_size(rng):
    groups = np.repeat(np.arange(FOLDS_BELOW), rng.integers(1, 40, FOLDS_BELOW))
    split = make_split(groups, [], 0)
    shares = [np.mean(split == name) for name in SPLITS]
    np.testing.assert_allclose(shares, [0.60, 0.15, 0.25], atol=0.01)


def test_a_rare_value_is_in_every_split_where_groups_allow(rng):
    """Four of 60 groups have it: at random, a split would do without it in half of all cases."""
    groups = np.repeat(np.arange(60), 5)
    for seed in range(20):
        rare = np.isin(groups, np.random.default_rng(seed).permutation(60)[:4]).astype(float)
        rare[::7] = np.nan
        parts = one_split(groups, [rare], seed)
        assert set(parts[rare == 1]) == {0, 1, 2}


def test_the_seed_decides(rng):
    groups = np.repeat(np.arange(40), 3)
    np.testing.assert_array_equal(make_split(groups, [], 1), make_split(groups, [], 1))
    assert (make_split(groups, [], 1) != make_split(groups, [], 2)).any()


@pytest.mark.parametrize(("groups", "folds"), [(6, 6), (12, 12), (13, 10), (49, 10), (50, 5), (FOLDS_BELOW - 1, 5)])
def test_few_groups_are_put_into_folds_of_equally_many(groups, folds):
    split = make_split(np.repeat(np.arange(groups), 2), [], 0)
    np.testing.assert_array_equal(split[::2], split[1::2])
    names, counts = np.unique(split[::2], return_counts=True)
    assert set(names) == {f"fold_{number}" for number in range(folds)}
    assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize(
    ("groups", "rows", "repeats"),
    [(12, 5, 0), (13, 5, 1), (49, 5, 1), (50, 5, 4), (60, 30, 2), (60, 100, 0), (FOLDS_BELOW, 1, 0)],
)
def test_cross_validations_of_few_rows_are_repeated_with_other_folds(groups, rows, repeats):
    codes = np.repeat(np.arange(groups), rows)
    numbers = make_repeats(codes, [], 0)
    assert numbers.shape == (len(codes), repeats)
    for repeat in numbers.T:
        assert len(np.unique(np.stack([codes, repeat]), axis=1).T) == groups
        assert np.ptp(np.bincount(repeat[::rows])) <= 1
    assert len(np.unique(numbers, axis=1).T) == repeats


def test_a_rare_value_is_in_all_that_is_fitted_on_where_groups_allow():
    """Four of 30 groups have it: at random, some inner fit would do without it in half of all cases."""
    groups = np.arange(30)
    for seed in range(10):
        rare = np.isin(groups, np.random.default_rng(seed).permutation(30)[:4]).astype(float)
        needed = rows_needed(make_split(groups, [rare], seed))
        assert len(needed) == 10 * INNER_FOLDS
        assert all(rare[rows].any() for rows in needed.values())


@given(sizes=st.lists(st.integers(1, 30), min_size=4, max_size=30), seed=st.integers(0, 5))
def test_parts_have_whole_groups_and_one_at_least(sizes, seed):
    groups = np.repeat(np.arange(len(sizes)), sizes)
    parts = draw_split(groups, [], seed, (0.4, 0.4, 0.2))
    assert set(parts) == {0, 1, 2}
    assert all(len(set(parts[groups == group])) == 1 for group in range(len(sizes)))


def test_too_few_groups_are_refused():
    with pytest.raises(ExoprobeError) as error:
        make_split(np.arange(5), [], 0)
    assert str(error.value) == (
        "5 groups cannot be split; at least 6 are needed to fit, tune and test on different ones: give more rows, or a "
        "group column with more values"
    )


def splits(*names):
    return pd.Series(names, index=range(10, 10 + len(names)), name="part")


GIVEN = splits(*["test"] * 3, *["train"] * 3, *["validation"] * 3)


def test_a_given_split_is_taken():
    parts = given_split(np.arange(9), GIVEN, range(9))
    assert parts.tolist() == [2, 2, 2, 0, 0, 0, 1, 1, 1]


@pytest.mark.parametrize(
    ("groups", "names", "message"),
    [
        (
            range(9),
            GIVEN.replace("validation", "val"),
            "part is 'val' in row 16 (from 0); allowed: train, validation, test",
        ),
        (range(9), GIVEN.where(GIVEN.index != 12), "part is 'nan' in row 12 (from 0); allowed: train, validation"),
        (
            [*range(8), 2],
            GIVEN,
            "group c is in two splits, test and validation, in row 18 (from 0); a group must stay in one",
        ),
        ([0, 1, 1, *range(3, 9)], GIVEN.drop(index=[]), "part puts 2 groups into test; it needs 3"),
    ],
)
def test_a_given_split_that_cannot_be_used_is_refused(groups, names, message):
    groups = np.unique(groups, return_inverse=True)[1]
    with pytest.raises(ExoprobeError) as error:
        given_split(groups, names, list("abcdefghi"))
    assert str(error.value).startswith(message)


def test_whole_groups_are_drawn_up_to_the_rows_wanted(rng):
    groups = np.repeat(np.arange(100), rng.integers(1, 10, 100))
    chosen = draw_groups(groups, 200, 3)
    assert 190 < chosen.sum() <= 200
    assert not set(groups[chosen]) & set(groups[~chosen])

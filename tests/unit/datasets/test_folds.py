import numpy as np
import pytest

from exoprobe.datasets.folds import INNER_FOLDS, plan_folds
from exoprobe.datasets.samples import SPLITS
from exoprobe.errors import ExoprobeError


def folds_of(count, groups=12):
    """Two rows per group, groups split into folds, sorted by fold."""
    fold = np.sort(np.arange(groups) % count)
    return np.repeat(np.arange(groups), 2), np.repeat([f"fold_{number}" for number in fold], 2)


def test_train_validation_and_test_are_one_fold():
    splits = np.repeat(SPLITS, (4, 2, 3))
    (fold,) = plan_folds(np.arange(9), splits)
    ((train, validation),) = fold.tuning
    assert fold.name == "test"
    for rows, name in ((fold.train, "train"), (fold.test, "test"), (train, "train"), (validation, "validation")):
        np.testing.assert_array_equal(rows, splits == name)


@pytest.mark.parametrize("count", [3, 4, 10, 12])
def test_each_row_is_scored_once_by_a_probe_that_saw_neither_its_group_nor_test_rows(count):
    groups, splits = folds_of(count)
    folds = plan_folds(groups, splits)
    assert [fold.name for fold in folds] == [f"fold_{number}" for number in range(count)]
    np.testing.assert_array_equal(np.sum([fold.test for fold in folds], axis=0), 1)
    for fold in folds:
        np.testing.assert_array_equal(fold.train, ~fold.test)
        assert not set(groups[fold.train]) & set(groups[fold.test])
        assert len(fold.tuning) == min(INNER_FOLDS, count - 1)
        for train, validation in fold.tuning:
            assert train.any()
            assert validation.any()
            assert not (fold.test & (train | validation)).any()
            assert not set(groups[train]) & set(groups[validation])
        np.testing.assert_array_equal(sum(validation for _, validation in fold.tuning), fold.train)


@pytest.mark.parametrize("count", [3, 10])
def test_a_group_in_two_folds_is_refused(count):
    groups, splits = folds_of(count)
    groups[-1] = 0
    with pytest.raises(ExoprobeError, match=f"group 0 is in two splits, fold_0 and fold_{count - 1}"):
        plan_folds(groups, splits)


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_folds_to_tune_on_are_refused(count):
    with pytest.raises(ExoprobeError, match=f"{count} folds; at least 3"):
        plan_folds(*folds_of(count))


@pytest.mark.parametrize("missing", SPLITS)
def test_an_empty_split_is_refused(missing):
    splits = np.array([name for name in SPLITS if name != missing])
    with pytest.raises(ExoprobeError, match=f"no sample is in the split {missing}"):
        plan_folds(np.arange(2), splits)

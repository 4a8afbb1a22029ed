import numpy as np
import pytest

from exoprobe.datasets.samples import SPLITS
from exoprobe.errors import ExoprobeError
from exoprobe.probes.rounds import INNER_FOLDS, plan_rounds


def folds(count, people=12):
    """Two rows per person, people dealt into folds, sorted by fold."""
    fold = np.sort(np.arange(people) % count)
    return np.repeat(np.arange(people), 2), np.repeat([f"fold_{number}" for number in fold], 2)


def test_official_partitions_are_one_round():
    splits = np.repeat(SPLITS, (4, 2, 3))
    (round_,) = plan_rounds(np.arange(9), splits)
    assert round_.name == "test"
    np.testing.assert_array_equal(round_.train, splits == "train")
    np.testing.assert_array_equal(round_.test, splits == "test")
    ((train, validation),) = round_.tuning
    np.testing.assert_array_equal(train, splits == "train")
    np.testing.assert_array_equal(validation, splits == "validation")


@pytest.mark.parametrize("count", [3, 4, 10, 12])
def test_every_row_is_scored_once_by_a_probe_that_never_saw_its_person(count):
    groups, splits = folds(count)
    rounds = plan_rounds(groups, splits)
    assert [round_.name for round_ in rounds] == [f"fold_{number}" for number in range(count)]
    np.testing.assert_array_equal(np.sum([round_.test for round_ in rounds], axis=0), 1)
    for round_ in rounds:
        np.testing.assert_array_equal(round_.train, ~round_.test)
        assert not set(groups[round_.train]) & set(groups[round_.test])


@pytest.mark.parametrize("count", [3, 4, 10, 12])
def test_tuning_never_sees_the_test_rows_and_keeps_people_apart(count):
    groups, splits = folds(count)
    for round_ in plan_rounds(groups, splits):
        assert len(round_.tuning) == min(INNER_FOLDS, count - 1)
        for train, validation in round_.tuning:
            assert train.any()
            assert validation.any()
            assert not (round_.test & (train | validation)).any()
            assert not set(groups[train]) & set(groups[validation])
        np.testing.assert_array_equal(sum(validation for _, validation in round_.tuning), round_.train)


@pytest.mark.parametrize("count", [3, 10])
def test_a_planted_overlap_is_refused(count):
    groups, splits = folds(count)
    groups[-1] = 0
    with pytest.raises(ExoprobeError, match=f"group 0 is in two splits, fold_0 and fold_{count - 1}"):
        plan_rounds(groups, splits)


@pytest.mark.parametrize("count", [1, 2])
def test_too_few_folds_to_tune_on_are_refused(count):
    with pytest.raises(ExoprobeError, match=f"{count} folds; at least 3"):
        plan_rounds(*folds(count))


@pytest.mark.parametrize("lacking", SPLITS)
def test_an_empty_partition_is_refused(lacking):
    splits = np.array([name for name in SPLITS if name != lacking])
    with pytest.raises(ExoprobeError, match=f"no image is in the {lacking} partition"):
        plan_rounds(np.arange(2), splits)

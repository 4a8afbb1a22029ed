import numpy as np
import pytest

from exoprobe.datasets.open_set_split import split_identities

PEOPLE = np.repeat(np.arange(40), np.arange(40) % 4 + 1)
FOLDS = np.where(PEOPLE < 20, "fold_0", "fold_1")
PARTITIONS = np.select([PEOPLE < 20, PEOPLE < 30], ["train", "validation"], "test")


@pytest.mark.parametrize(("splits", "folds"), [(FOLDS, 4), (PARTITIONS, 1)])
def test_nobody_is_known_and_unseen(splits, folds):
    found = split_identities(PEOPLE, splits, folds=4, seed=0)
    assert len(found) == folds
    for split in found:
        known = split.fitted | split.held_out
        assert not set(PEOPLE[known]) & set(PEOPLE[split.unseen])
        assert not (split.fitted & split.held_out).any()
        assert set(PEOPLE[split.held_out]) <= set(PEOPLE[split.fitted])
        counts = np.bincount(PEOPLE[known])
        np.testing.assert_array_equal(np.bincount(PEOPLE[split.held_out], minlength=len(counts)), counts // 3)


def test_without_official_partitions_everyone_is_unseen_once():
    found = split_identities(PEOPLE, FOLDS, folds=4, seed=0)
    np.testing.assert_array_equal(np.sum([split.unseen for split in found], axis=0), 1)
    assert all(len(np.unique(PEOPLE[split.unseen])) == 10 for split in found)
    again, other = (split_identities(PEOPLE, FOLDS, folds=4, seed=seed)[0].unseen for seed in (0, 1))
    np.testing.assert_array_equal(again, found[0].unseen)
    assert (other != again).any()


def test_official_partitions_are_kept():
    (split,) = split_identities(PEOPLE, PARTITIONS, folds=4, seed=0)
    np.testing.assert_array_equal(split.fitted | split.held_out, PARTITIONS == "train")
    np.testing.assert_array_equal(split.unseen, PARTITIONS == "test")

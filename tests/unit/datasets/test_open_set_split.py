import numpy as np
import pytest

from exoprobe.datasets.open_set_split import deal_people

PEOPLE = np.repeat(np.arange(40), np.arange(40) % 4 + 1)
FOLDS = np.where(PEOPLE < 20, "fold_0", "fold_1")
PARTITIONS = np.select([PEOPLE < 20, PEOPLE < 30], ["train", "validation"], "test")


@pytest.mark.parametrize(("splits", "rounds"), [(FOLDS, 4), (PARTITIONS, 1)])
def test_nobody_is_known_and_unseen(splits, rounds):
    deals = deal_people(PEOPLE, splits, rounds=4, seed=0)
    assert len(deals) == rounds
    for deal in deals:
        known = deal.fitted | deal.held_out
        assert not set(PEOPLE[known]) & set(PEOPLE[deal.unseen])
        assert not (deal.fitted & deal.held_out).any()
        assert set(PEOPLE[deal.held_out]) <= set(PEOPLE[deal.fitted])
        counts = np.bincount(PEOPLE[known])
        np.testing.assert_array_equal(np.bincount(PEOPLE[deal.held_out], minlength=len(counts)), counts // 3)


def test_without_official_partitions_everyone_is_unseen_once():
    deals = deal_people(PEOPLE, FOLDS, rounds=4, seed=0)
    np.testing.assert_array_equal(np.sum([deal.unseen for deal in deals], axis=0), 1)
    assert all(len(np.unique(PEOPLE[deal.unseen])) == 10 for deal in deals)
    again, other = (deal_people(PEOPLE, FOLDS, rounds=4, seed=seed)[0].unseen for seed in (0, 1))
    np.testing.assert_array_equal(again, deals[0].unseen)
    assert (other != again).any()


def test_official_partitions_are_kept():
    (deal,) = deal_people(PEOPLE, PARTITIONS, rounds=4, seed=0)
    np.testing.assert_array_equal(deal.fitted | deal.held_out, PARTITIONS == "train")
    np.testing.assert_array_equal(deal.unseen, PARTITIONS == "test")

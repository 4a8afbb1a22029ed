import numpy as np
import torch

from exoprobe.features.blocks import BLOCK, ArrayBlocks
from exoprobe.features.drawn_rows import draw_rows, take_rows


def test_all_rows_are_kept_within_the_limit():
    np.testing.assert_array_equal(draw_rows(np.array([5, 5, 2]), 3), [0, 1, 2])


def test_groups_are_drawn_whole_and_fill_the_limit(rng):
    groups = rng.permutation(np.repeat(np.arange(300), 7))
    rows = draw_rows(groups, 500)
    sizes = np.bincount(groups[rows], minlength=300)
    assert set(sizes) == {0, 7}
    assert sizes.sum() == 497
    assert (np.diff(rows) > 0).all()


def test_no_group_takes_more_than_a_tenth():
    groups = np.repeat(np.arange(21), [4000, *[10] * 20])
    sizes = [np.bincount(groups[draw_rows(groups, 100, seed)], minlength=21) for seed in range(20)]
    assert max(size.max() for size in sizes) == 10
    assert {int(size.sum()) for size in sizes} == {100}
    assert 1 < sum(size[0] > 0 for size in sizes) < 20


def test_draws_are_seeded_and_every_group_may_come():
    groups = np.repeat(np.arange(40), 5)
    np.testing.assert_array_equal(draw_rows(groups, 50), draw_rows(groups, 50))
    drawn = np.concatenate([groups[draw_rows(groups, 50, seed)] for seed in range(40)])
    counts = np.bincount(drawn, minlength=40)
    assert counts.min() > 0.3 * counts.mean()


def test_rows_are_taken_across_blocks(rng):
    features = rng.normal(size=(2 * BLOCK + 7, 3)).astype(np.float16)
    rows = np.array([0, BLOCK - 1, BLOCK, 2 * BLOCK + 6])
    taken = take_rows(ArrayBlocks(features), rows)
    assert taken.dtype == np.float32
    np.testing.assert_array_equal(taken, features[rows])
    assert take_rows(ArrayBlocks(features.astype(np.float64)), rows).dtype == np.float64
    assert torch.from_numpy(taken).is_contiguous()

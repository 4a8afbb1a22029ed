import numpy as np
import pytest
import torch

from exoprobe.features import moments
from exoprobe.features.blocks import ArrayBlocks
from exoprobe.features.moments import measure_group_moments, measure_moments
from tests.threads import threads_of_a_new_thread


@pytest.fixture
def threads():
    """Sets how many threads there are, for a test."""
    before = torch.get_num_threads()
    yield torch.set_num_threads
    torch.set_num_threads(before)


def assert_same(one, other, **tolerance):
    for name, value in vars(one).items():
        np.testing.assert_allclose(getattr(other, name), value, **tolerance)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_moments_are_those_of_the_centered_columns(rng, dtype):
    features, targets = (rng.normal(size=(9000, 6)) + 3).astype(dtype), rng.normal(size=(9000, 2)) - 1
    found = measure_moments(ArrayBlocks(features), targets)
    wide = features.astype(float)
    centered = wide - wide.mean(0)
    assert found.count == 9000
    np.testing.assert_allclose(found.mean, wide.mean(0), rtol=1e-12)
    np.testing.assert_allclose(found.target_mean, targets.mean(0), rtol=1e-12)
    np.testing.assert_allclose(found.gram, centered.T @ centered, rtol=1e-10, atol=1e-7)
    np.testing.assert_allclose(found.cross, centered.T @ targets, rtol=1e-10, atol=1e-7)


def test_moments_of_groups_are_those_of_their_rows_and_add_up(rng):
    features, targets = rng.normal(size=(9000, 6)) + 3, rng.normal(size=(9000, 2))
    groups = rng.integers(0, 3, 9000)
    found = measure_group_moments(ArrayBlocks(features), targets, groups)
    for group, one in enumerate(found):
        alone = measure_moments(ArrayBlocks(features[groups == group]), targets[groups == group])
        assert_same(alone, one, rtol=1e-9, atol=1e-8)
    whole = measure_moments(ArrayBlocks(features), targets)
    assert_same(sum(found[1:], found[0]), whole, rtol=1e-9, atol=1e-8)


@pytest.mark.parametrize("work_bytes", [1, 1 << 28])  # one worker with all threads, or a worker for each
def test_the_number_of_threads_changes_moments_by_rounding_alone_and_is_left_as_it_was(
    rng, threads, monkeypatch, work_bytes
):
    monkeypatch.setattr(moments, "WORK_BYTES", work_bytes)
    features, targets = rng.normal(size=(30_000, 20)).astype(np.float32), rng.normal(size=(30_000, 3))
    groups = rng.integers(0, 2, 30_000)
    found = []
    for count in (1, 2, 2, 5, 16):
        threads(count)
        found.append(measure_group_moments(ArrayBlocks(features), targets, groups))
        assert threads_of_a_new_thread() == count
    for one in found[1:]:
        for alone, shared in zip(found[0], one, strict=True):
            assert_same(alone, shared, rtol=1e-9, atol=1e-7)
    for first, second in zip(found[1], found[2], strict=True):
        assert_same(first, second, rtol=0)

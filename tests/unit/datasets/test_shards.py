import pytest

from exoprobe.datasets.shards import shard_rows
from exoprobe.errors import ExoprobeError


@pytest.mark.parametrize(("rows", "shards", "batch"), [(10, 1, 1), (10, 3, 1), (400, 7, 32), (5, 5, 1), (96, 3, 32)])
def test_shards_are_neighbors_that_add_up_and_differ_by_one_batch_at_most(rows, shards, batch):
    ranges = [shard_rows(rows, shard, shards, batch=batch) for shard in range(shards)]
    assert [row for shard in ranges for row in shard] == list(range(rows))
    sizes = [len(shard) for shard in ranges]
    assert max(sizes) - min(sizes) <= batch
    assert all(shard.start % batch == 0 for shard in ranges)


def test_more_shards_than_rows_are_refused():
    with pytest.raises(ExoprobeError, match="3 images cannot be cut into 4 shards; 3 at most"):
        shard_rows(3, 0, 4, batch=1)
    with pytest.raises(ExoprobeError, match="64 images cannot be cut into 3 shards; 2 at most"):
        shard_rows(64, 0, 3)

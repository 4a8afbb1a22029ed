import pytest

from exoprobe.embeddings.shards import part_rows
from exoprobe.errors import ExoprobeError


@pytest.mark.parametrize(("rows", "parts", "batch"), [(10, 1, 1), (10, 3, 1), (400, 7, 32), (5, 5, 1), (96, 3, 32)])
def test_parts_are_neighbors_that_add_up_and_differ_by_one_batch_at_most(rows, parts, batch):
    ranges = [part_rows(rows, part, parts, batch=batch) for part in range(parts)]
    assert [row for part in ranges for row in part] == list(range(rows))
    sizes = [len(part) for part in ranges]
    assert max(sizes) - min(sizes) <= batch
    assert all(part.start % batch == 0 for part in ranges)


def test_more_parts_than_rows_are_refused():
    with pytest.raises(ExoprobeError, match="3 images cannot be cut into 4 parts; 3 at most"):
        part_rows(3, 0, 4)
    with pytest.raises(ExoprobeError, match="64 images cannot be cut into 3 parts; 2 at most"):
        part_rows(64, 0, 3, batch=32)

import pytest
from exoprobe.errors import ExoprobeError
from exoprobe.parts import part_rows


@pytest.mark.parametrize(("rows", "parts"), [(10, 1), (10, 3), (400, 7), (5, 5)])
def test_parts_are_neighbors_that_add_up_and_differ_by_one_row_at_most(rows, parts):
    ranges = [part_rows(rows, part, parts) for part in range(parts)]
    assert [row for part in ranges for row in part] == list(range(rows))
    sizes = [len(part) for part in ranges]
    assert max(sizes) - min(sizes) <= 1


def test_more_parts_than_rows_are_refused():
    with pytest.raises(ExoprobeError, match="3 images cannot be cut into 4 parts"):
        part_rows(3, 0, 4)

import threading

import pytest

from exoprobe.io.prefetch import prefetch


@pytest.mark.parametrize("threads", [1, 3])
def test_items_come_in_order(threads):
    assert list(prefetch(lambda item: item * item, range(20), threads)) == [item * item for item in range(20)]
    assert list(prefetch(str, [], threads)) == []


def test_the_next_item_is_prepared_while_the_last_is_worked_on():
    prepared = {item: threading.Event() for item in range(3)}

    def prepare(item):
        prepared[item].set()
        return item

    for item in prefetch(prepare, range(3)):
        if item < 2:
            assert prepared[item + 1].wait(timeout=60)


def test_an_error_reaches_the_one_who_waits():
    with pytest.raises(ZeroDivisionError):
        list(prefetch(lambda item: 1 / item, [2, 1, 0]))

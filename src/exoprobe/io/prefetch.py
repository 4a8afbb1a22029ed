"""Preparing the next items in threads while the last one is worked on."""

from collections import deque
from collections.abc import Callable, Generator, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import islice
from typing import TypeVar

Item = TypeVar("Item")
Ready = TypeVar("Ready")


def prefetch(prepare: Callable[[Item], Ready], items: Iterable[Item], threads: int = 1) -> Generator[Ready, None, None]:
    """Yield ``prepare(item)`` in order, ``threads`` items ahead of the one that is worked on."""
    remaining = iter(items)
    with ThreadPoolExecutor(threads) as pool:
        waiting: deque[Future[Ready]] = deque(pool.submit(prepare, item) for item in islice(remaining, threads))
        while waiting:
            ready = waiting.popleft().result()
            waiting.extend(pool.submit(prepare, item) for item in islice(remaining, 1))
            yield ready

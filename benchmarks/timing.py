"""How long something takes, measured from rest."""

import time
from collections.abc import Callable
from typing import TypeVar

REST = 0.1  # seconds; a linear-algebra library's threads spin for a while after a product and slow what follows

Result = TypeVar("Result")


def timed(action: Callable[[], Result]) -> tuple[float, Result]:
    """Return how many seconds the action takes, and what it returns."""
    time.sleep(REST)
    start = time.perf_counter()
    result = action()
    return time.perf_counter() - start, result


def seconds(action: Callable[[], object]) -> float:
    """Return how many seconds the action takes."""
    return timed(action)[0]


def fastest(action: Callable[[], Result], repeats: int) -> tuple[float, Result]:
    """Return the seconds of the fastest repeat, and what it returned."""
    return min((timed(action) for _ in range(repeats)), key=lambda pair: pair[0])

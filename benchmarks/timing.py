"""How long something takes, measured from rest, and whether it holds its bars."""

import resource
import time
from collections.abc import Callable
from typing import TypeVar

import pandas as pd

from benchmarks.bars import BENCH, bars_of
from exoprobe.io.files import atomic_write

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


def cpu_seconds(action: Callable[[], Result]) -> tuple[float, Result]:
    """Return the user time that the action takes, of this process and of those that it ends, and what it returns."""
    before = _user_time()
    result = action()
    return _user_time() - before, result


def _user_time() -> float:
    return sum(resource.getrusage(who).ru_utime for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


def report(name: str, table: pd.DataFrame) -> None:
    """Print a benchmark's table, write it to results/bench/NAME.csv, and say which of its bars are held or short."""
    print(table.to_string(index=False, float_format="%.6g"), flush=True)
    with atomic_write(BENCH / f"{name}.csv") as temporary:
        table.to_csv(temporary, index=False)
    say_bars(name)


def say_bars(name: str) -> None:
    """Say which bars of a benchmark, whose table is in results/bench/NAME.csv, are held or short."""
    for what, bar, reached, holds in bars_of(name):
        print(f"{'held' if holds else 'SHORT'}: {what}: {reached:.4g} (bar {bar})", flush=True)

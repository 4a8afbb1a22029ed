"""Limits on what comes from elsewhere: so many bytes at most, and not for ever."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from exoprobe.errors import ExoprobeError

LEAST_RATE, RATE_SECONDS = 1_000, 60  # bytes a second that must come on average, once so many seconds are over
LOOK_SECONDS = 0.2  # between two looks at a transfer
T = TypeVar("T")


@dataclass
class Transfer:
    """A file that is being fetched.

    Attributes:
        name: of the file, for errors.
        most: bytes that it may have.
        seconds: for which it may last.
        clock: returns the time in seconds.
        size: bytes that have come.
    """

    name: str
    most: int
    seconds: float
    clock: Callable[[], float] = time.monotonic
    size: int = 0
    start: float = field(init=False)

    def __post_init__(self) -> None:
        """Start the clock."""
        self.start = self.clock()

    def announce(self, size: int) -> None:
        """Refuse a size that is too large."""
        if size > self.most:
            raise ExoprobeError(f"{self.name}: the server announces {size:,} bytes; at most {self.most:,} are taken")

    def add(self, size: int) -> None:
        """Count bytes that have come; refuse too many."""
        self.size += size
        if self.size > self.most:
            raise ExoprobeError(f"{self.name}: more than {self.most:,} bytes came, which are not taken")

    def check(self) -> None:
        """Give up what comes too slowly."""
        seconds = self.clock() - self.start
        if seconds > self.seconds or (seconds > RATE_SECONDS and self.size < LEAST_RATE * seconds):
            raise ExoprobeError(
                f"{self.name}: only {self.size:,} bytes came in {seconds:.0f} s, too slowly to wait for; try again, "
                "or download it yourself"
            )

    def watch(self, fetch: Callable[[], T]) -> T:
        """Return what a function returns that fetches the file, and give up while it waits.

        A server that sends a byte now and then, of the head or of the body, keeps a library waiting for ever.
        """
        results: list[T] = []
        failures: list[BaseException] = []

        def work() -> None:
            try:
                results.append(fetch())
            except BaseException as error:  # raised again below
                failures.append(error)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(LOOK_SECONDS)
            if thread.is_alive():
                self.check()
        if failures:
            raise failures[0]
        return results[0]

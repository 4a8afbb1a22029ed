"""Progress of long work as log lines, so that several jobs share a terminal and log files stay readable."""

import logging

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 10


class _LogLines:
    """What tqdm takes for a terminal: each refresh becomes one log record."""

    def __init__(self, log: logging.Logger) -> None:
        self.log = log

    def write(self, text: str) -> None:
        """Log a refreshed line."""
        if line := text.strip("\r\n "):
            self.log.info(line)

    def flush(self) -> None:
        """Log records are written at once."""


def progress(total: int | None, unit: str, log: logging.Logger, what: str) -> tqdm:
    """Return a tqdm counter that logs a line now and then: how far, how fast, how long still.

    Args:
        total: the number of units, None where it is not known.
        unit: what is counted.
        log: where the lines go.
        what: stands before each line.
    """
    return tqdm(
        total=total,
        desc=what,
        unit=f" {unit}",
        unit_scale=unit == "byte",
        file=_LogLines(log),
        mininterval=SECONDS_BETWEEN_LINES,
        maxinterval=SECONDS_BETWEEN_LINES,
        delay=1,
        position=0,  # lines of a log have none; a counter within another would move the cursor
        leave=False,
        bar_format="{desc}: {n_fmt} of {total_fmt}{unit}s, {rate_fmt}, {remaining} left{postfix}",
    )

"""What each stage of an audit costs, in CPU seconds: OMP_NUM_THREADS=1 python -m benchmarks.audit_stages [NAME …].

The made-up data of :mod:`benchmarks.audit_speed` (*small* unless named), whose last binary factor is the label.
"""

import logging
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.audit_speed import AUDITS, write_files
from exoprobe import audit


class StageTimes(logging.Handler):
    """CPU time from each message of a stage to the next.

    Attributes:
        times: the process's CPU time at each message.
        names: the messages.
    """

    def __init__(self) -> None:
        super().__init__()
        self.times: list[float] = []
        self.names: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Note when a stage begins."""
        if record.name.startswith("exoprobe.audit"):
            self.times.append(time.process_time())
            self.names.append(record.getMessage())

    def seconds(self) -> pd.Series:
        """Return the CPU seconds of each stage, the last until now."""
        return pd.Series(np.diff([*self.times, time.process_time()]), self.names)


def measure(rows: int, dimension: int, binary: int, numbers: int) -> pd.Series:
    """Return the CPU seconds of each stage, in one process and one thread."""
    stages, logger = StageTimes(), logging.getLogger("exoprobe")
    logger.setLevel(logging.INFO)
    logger.addHandler(stages)
    with tempfile.TemporaryDirectory() as folder:
        write_files(Path(folder), rows, dimension, binary + 1, numbers)
        files = [str(Path(folder, name)) for name in ("features.npy", "factors.csv")]
        audit(*files, group="person", label=f"factor {binary}", threads=1, device="cpu")
    logger.removeHandler(stages)
    return stages.seconds()


def main() -> None:
    """Measure the small audit, or those that are named."""
    for name in sys.argv[1:] or ["small"]:
        seconds = measure(*AUDITS[name])
        print(f"{name}: {seconds.sum():.1f} CPU seconds\n{seconds.round(1).to_string()}")


if __name__ == "__main__":
    main()

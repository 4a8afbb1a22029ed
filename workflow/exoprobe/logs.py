"""What a job tells its user: to the terminal, and to the rule's log file."""

import logging
import sys
from pathlib import Path
from types import TracebackType

from exoprobe.errors import ExoprobeError


def log_to(path: str | Path, name: str = "") -> None:
    """Send log records of this process to the terminal and to ``path``.

    An uncaught :class:`ExoprobeError` ends the process with its one sentence; anything else keeps its
    traceback, since then the fault is ours.

    Args:
        path: the log file; overwritten.
        name: what stands before each line on the terminal, where several jobs write at once.
    """
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    terminal = logging.StreamHandler()
    terminal.setFormatter(logging.Formatter(f"{name}: %(message)s" if name else "%(message)s"))
    file = logging.FileHandler(path, mode="w")
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logging.getLogger("exoprobe").setLevel(logging.INFO)
    logging.basicConfig(level=logging.WARNING, handlers=[terminal, file], force=True)
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its retries; the outcome is ours to report
    logging.captureWarnings(True)
    sys.excepthook = _log_uncaught


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, ExoprobeError):
        logging.error("error: %s", error)
    else:
        logging.error("uncaught exception", exc_info=(kind, error, trace))

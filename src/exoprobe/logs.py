"""What a job tells its user: to the terminal, and to the rule's log file."""

import errno
import fcntl
import logging
import sys
import tempfile
import traceback
from pathlib import Path
from types import TracebackType
from typing import IO

from exoprobe.errors import ExoprobeError

log = logging.getLogger(__name__)

DISK_FULL = (errno.ENOSPC, errno.EDQUOT)
NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
_held: list[IO[str]] = []  # kept open as long as this process lives


def log_to(path: str | Path, name: str = "") -> None:
    """Send log records of this process to the terminal and to ``path``.

    The job belongs to one process at a time: while another holds the lock file beside the log, this one waits.

    An uncaught :class:`ExoprobeError` ends the process with its one sentence, an interruption with one word; anything
    else is our fault: a sentence too, and its traceback in the log file.

    Args:
        path: the log file; overwritten.
        name: what stands before each line on the terminal, where several jobs write at once.
    """
    path = Path(path)
    terminal = logging.StreamHandler()
    terminal.addFilter(lambda record: not record.exc_info)
    terminal.setFormatter(logging.Formatter(f"{name}: %(message)s" if name else "%(message)s"))
    logging.getLogger("exoprobe").setLevel(logging.INFO)
    logging.basicConfig(level=logging.WARNING, handlers=[terminal], force=True)
    sys.excepthook = _log_uncaught
    logging.raiseExceptions = False  # where the log's disk is full, the terminal still tells
    path.parent.mkdir(parents=True, exist_ok=True)
    _wait_for_others(path.with_suffix(".lock"))  # not the log, which the workflow engine deletes first
    file = logging.FileHandler(path, mode="w")
    file.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    logging.getLogger().addHandler(file)
    logging.getLogger("urllib3").setLevel(logging.ERROR)  # its retries; the outcome is ours to report
    logging.captureWarnings(True)


def _wait_for_others(lock: Path) -> None:
    """Return once this process alone holds the kernel's lock on a file, to keep it for life.

    If the run's main process alone is killed, its jobs live on, and the next run starts them again: two would
    write the same files. The lock ends with the process that holds it, however that ends.
    """
    file = lock.open("w")
    _held.append(file)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        log.info("waiting: an earlier run was killed, but its process still does this job and holds %s", lock)
        fcntl.flock(file, fcntl.LOCK_EX)
    except OSError:
        pass  # this file system has no locks


def _log_uncaught(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, ExoprobeError):
        logging.error("error: %s", error)
    elif isinstance(error, OSError) and error.errno in DISK_FULL:
        logging.error("error: no space is left on the disk; make room and run again (%s)", error)
    elif isinstance(error, OSError) and error.errno in NOT_ALLOWED:
        logging.error("error: %s may not be read or written (%s)", error.filename or "a file", error.strerror)
    elif issubclass(kind, KeyboardInterrupt):
        logging.error("interrupted")
    else:
        logging.error("traceback", exc_info=(kind, error, trace))
        logging.error("error: %s; please report it with this job's log", _own_fault(error))


def sentence_of(error: Exception) -> str:
    """Return what to tell the user of an error; of our own faults, also the file that holds the traceback."""
    if isinstance(error, ExoprobeError):
        return str(error)
    if isinstance(error, OSError):
        return f"{error.filename or ''}: {error.strerror or error}"
    with tempfile.NamedTemporaryFile("w", prefix="exoprobe-", suffix=".txt", encoding="utf-8", delete=False) as file:
        file.writelines(traceback.format_exception(error))
    return f"{_own_fault(error)}; please report it with {file.name}"


def _own_fault(error: BaseException) -> str:
    reason = " ".join(str(error).split())[:300]
    return f"a fault of exoprobe itself, {type(error).__name__}{f' ({reason})' if reason else ''}"

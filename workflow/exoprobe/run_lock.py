"""Telling a lock that a killed run left behind from the lock of a run that is alive."""

import fcntl
from pathlib import Path
from typing import IO

_held: list[IO] = []  # kept open as long as this process lives; the kernel lets go when it dies, however


def clear_stale_locks(folder: Path) -> None:
    """Remove the workflow engine's locks in ``folder``/locks if no other run is alive.

    A run that is killed outright cannot take its lock files away, and the next would refuse to start. Every
    run, dry or not, therefore also shares a lock of the kernel's, which ends with it: where a process can have
    that lock alone, whoever wrote the lock files is gone. On a file system without such locks nothing is removed.

    Args:
        folder: the engine's folder in the working directory.
    """
    folder.mkdir(exist_ok=True)
    file = (folder / "exoprobe.lock").open("w")
    _held.append(file)
    try:
        if _alone(file):
            for lock in (folder / "locks").glob("*.lock"):
                lock.unlink(missing_ok=True)
        fcntl.flock(file, fcntl.LOCK_SH)
    except OSError:
        pass


def _alone(file: IO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

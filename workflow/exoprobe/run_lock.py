"""Telling a lock that a killed run left behind from the lock of a run that is alive."""

import fcntl
from pathlib import Path
from typing import IO

_held: list[IO] = []  # kept open as long as this process lives; the kernel lets go when it dies, however


def clear_stale_locks(folder: Path) -> None:
    """Remove the workflow engine's locks in ``folder``/locks if no live run holds ours.

    A run that is killed outright cannot take its lock files away, and the next would refuse to start. This
    process therefore also holds a lock of the kernel's, which ends with it: where that can be taken, whoever
    wrote the lock files is gone.

    Args:
        folder: the engine's folder in the working directory.
    """
    folder.mkdir(exist_ok=True)
    file = (folder / "exoprobe.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        return
    _held.append(file)
    for lock in (folder / "locks").glob("*.lock"):
        lock.unlink(missing_ok=True)

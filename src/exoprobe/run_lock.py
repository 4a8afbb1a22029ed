"""Telling runs apart: a killed one from one that is alive, and a job of this one from a job of an earlier one."""

import fcntl
import os
import uuid
from pathlib import Path
from typing import IO

from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write

VARIABLE = "EXOPROBE_RUN"  # the run's name in the environment, which its jobs inherit, on other nodes too
_held: list[IO[str]] = []  # kept open as long as this process lives; the kernel lets go when it dies, however


def begin_run(folder: Path) -> None:
    """Begin a run: remove the workflow engine's locks in ``folder``/locks if no other run is alive.

    A run that is killed outright cannot take its lock files away, and the next would refuse to start. Every
    run, dry or not, therefore also shares a lock of the kernel's, which ends with it: where a process can have
    that lock alone, whoever wrote the lock files is gone. It then also gives the run a name of its own, so that
    the killed run's jobs, which may still be waiting in a cluster's queue, no longer count
    (see :func:`check_run`). On a file system without such locks nothing is removed.

    Args:
        folder: the engine's folder in the working directory.

    Raises:
        ExoprobeError: where the folder cannot be written.
    """
    try:
        folder.mkdir(exist_ok=True)
        file = (folder / "exoprobe.lock").open("w")
    except OSError as error:
        raise ExoprobeError(
            f"{folder.resolve().parent} cannot be written ({error.strerror}); run in a folder that can, with "
            "config.yaml copied there and -s with the Snakefile's path"
        ) from error
    _held.append(file)
    try:
        if _alone(file):
            for lock in (folder / "locks").glob("*.lock"):
                lock.unlink(missing_ok=True)
            with atomic_write(_name_file(folder)) as temporary:
                temporary.write_text(uuid.uuid4().hex)
        fcntl.flock(file, fcntl.LOCK_SH)
    except OSError:
        pass
    if name := _name(folder):
        os.environ[VARIABLE] = name


def check_run(folder: Path) -> None:
    """Stop a job of a run that was killed, if another run has begun since and does the job itself.

    Args:
        folder: the engine's folder in the working directory.

    Raises:
        ExoprobeError: where the run that submitted this job is not the last that began.
    """
    name = _name(folder)
    if name and os.environ.get(VARIABLE, name) != name:
        raise ExoprobeError("nothing done: the run that submitted this job is over, and another has begun since")


def _name_file(folder: Path) -> Path:
    return folder / "exoprobe.run"


def _name(folder: Path) -> str:
    try:
        return _name_file(folder).read_text()
    except FileNotFoundError:
        return ""


def _alone(file: IO[str]) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True

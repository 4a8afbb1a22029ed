"""One job per graphics card."""

import fcntl
import logging
import os
import tempfile
from functools import cache
from pathlib import Path

log = logging.getLogger(__name__)


def has_card() -> bool:
    """Whether an NVIDIA card is here, without the seconds that asking torch takes."""
    return any(Path("/dev").glob("nvidia[0-9]*"))


@cache
def claim_card(names: tuple[str, ...], folder: str | Path | None = None) -> int:
    """Choose a card that no other job of exoprobe's computes on; keep it for this process's life.

    Where every card is taken, wait for the first. This holds however the jobs were started: by two runs, or by
    one that was told of more cards than there are.

    Args:
        names: what identifies each card on this machine, such as its UUID.
        folder: for lock files, the same for all jobs on this machine; None for the one for temporary files.

    Returns:
        The card's index in ``names``.
    """
    files = [_open(Path(folder or tempfile.gettempdir(), f"exoprobe_{name}.lock")) for name in names]
    for index, file in enumerate(files):
        if _locked(file, fcntl.LOCK_EX | fcntl.LOCK_NB):
            return index
    log.info("waiting: another job computes on every GPU here")
    _locked(files[0], fcntl.LOCK_EX)
    return 0


def _open(path: Path) -> int:
    """Open a lock file without following links, which anyone may lay in a shared folder."""
    try:
        return os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return os.open(path, os.O_RDONLY | os.O_CREAT | os.O_NOFOLLOW, 0o644)


def _locked(file: int, operation: int) -> bool:
    try:
        fcntl.flock(file, operation)
    except BlockingIOError:
        return False
    return True

"""Digests of users' files, so that new content counts whatever its time; of files that did not change, remembered."""

import json
import os
from collections.abc import Sequence
from pathlib import Path

from exoprobe.io.files import atomic_write, digest_of_file


def content_digests(paths: Sequence[str | Path], cache: str | Path) -> list[str]:
    """Return a line per file, its name and a digest of its content.

    A file counts as unchanged while its real path, size, times of content and of status, and inode are the same:
    whoever copies an old file over it, with its old time, changes the last two.

    Args:
        paths: the files; the line of a missing file says that it is missing.
        cache: a JSON file that remembers digests; it need not be there, nor be writable.
    """
    known = _read(Path(cache))
    lines: list[str] = []
    new: dict[str, str] = {}
    for path in paths:
        try:
            key = _key(Path(path))
        except OSError:
            lines.append(f"{path} absent")
            continue
        digest = known.get(key) or new.get(key) or digest_of_file(path)[:16]
        new[key] = digest
        lines.append(f"{path} {digest}")
    if not new.items() <= known.items():
        _write(Path(cache), {**{key: known[key] for key in list(known)[-1_000:]}, **new})
    return lines


def _key(path: Path) -> str:
    real = path.resolve(strict=True)
    stat = real.stat()
    return f"{real}|{stat.st_size}|{stat.st_mtime_ns}|{stat.st_ctime_ns}|{stat.st_ino}"


def _read(cache: Path) -> dict[str, str]:
    try:
        known = json.loads(cache.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _write(cache: Path, known: dict[str, str]) -> None:
    if not os.access(cache.parent, os.W_OK):
        return
    try:
        with atomic_write(cache) as temporary:
            temporary.write_text(json.dumps(known), encoding="utf-8")
    except OSError:  # what is not remembered is computed again
        pass

"""Where results come from: settings, versions, commit and digests of the inputs, as one JSON file beside them."""

import json
import platform
import subprocess
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from exoprobe.io.files import atomic_write
from exoprobe.io.locations import digest_of_location

LIBRARY = Path(__file__).parent
PACKAGES = ("numpy", "scipy", "pandas", "pyarrow", "torch", "vl-convert-python")


def write_provenance(
    path: str | Path,
    *,
    settings: Mapping[str, Any],
    inputs: Mapping[str, str | Path],
    seeds: Sequence[int],
    threads: int | None = None,
) -> None:
    """Write where results come from.

    Args:
        path: the JSON file to write.
        settings: all that was asked for, defaults included.
        inputs: the files that were read, by what the user calls them; their SHA-256 is written.
        seeds: of all that is drawn.
        threads: that computed; None where each stage has its own number.
    """
    content = {
        "settings": settings,
        "inputs": digests(inputs),
        "seeds": list(seeds),
        "threads": threads,
        "commit": git_commit(),
        "versions": versions(),
        "platform": platform.platform(),
    }
    with atomic_write(path) as temporary:
        temporary.write_text(json.dumps(content, ensure_ascii=False, indent=1), encoding="utf-8")


def digests(inputs: Mapping[str, str | Path]) -> dict[str, str]:
    """Return each input's SHA-256."""
    return {name: digest_of_location(file) for name, file in inputs.items()}


def versions() -> dict[str, str]:
    """Return the versions of Python, exoprobe and the packages that compute."""
    known = {"exoprobe": exoprobe_version(), "python": platform.python_version()}
    for name in PACKAGES:
        try:
            known[name] = version(name)
        except PackageNotFoundError:  # a package of the same modules under another name, such as conda's
            known[name] = "unknown"
    return known


def exoprobe_version() -> str:
    """Return the version of exoprobe; the workflow runs without it being installed."""
    try:
        return version("exoprobe")
    except PackageNotFoundError:
        return "not installed"


def git_commit() -> str | None:
    """Return the commit of the checkout that holds this library, with ``+changes`` if its files differ from it."""
    if _git("ls-files", "--error-unmatch", Path(__file__).name) is None:  # in no repository, or ignored by it
        return None
    commit = _git("rev-parse", "HEAD")
    return f"{commit}+changes" if commit and _git("status", "--porcelain", "--", ".") else commit


def _git(*arguments: str) -> str | None:
    """Return what git prints; None where it fails or is not there."""
    try:
        done = subprocess.run(["git", *arguments], cwd=LIBRARY, capture_output=True, text=True, timeout=20)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None

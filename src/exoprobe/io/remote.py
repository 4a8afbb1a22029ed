"""Files that lie elsewhere (``s3://…``, ``https://…``, whatever fsspec opens): fetched whole before they are read."""

import logging
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any

from exoprobe.errors import ExoprobeError
from exoprobe.io.files import digest_of
from exoprobe.io.transfer import Transfer
from exoprobe.progress import progress

log = logging.getLogger(__name__)

SCHEMES = re.compile(r"(?:[a-z][a-z0-9+.-]*::)*[a-z][a-z0-9+.-]*://", re.IGNORECASE)
PASSWORD = re.compile(r"(?<=://)[^/@:]*:[^/@]*@")
PATTERN = frozenset("*?[")
WEB = ("http", "https")  # which has no folders
SILENCE_SECONDS = 60  # that a web server may leave between two pieces of a file
MOST_BYTES, MOST_SECONDS = 1 << 35, 6 * 3600  # of a file, and for it; larger ones are better downloaded once


@dataclass(frozen=True)
class _Entry:
    """A file to fetch: where it is for fsspec, where it goes, and its size in bytes if that is known."""

    source: str
    target: Path
    size: int | None = None


def is_remote(text: str) -> bool:
    """Return whether a text is an address, not a path here."""
    return SCHEMES.match(text) is not None


def name_at(address: str) -> str:
    """Return the name of the file at an address: ``x.npy`` of ``https://host/x.npy?key=1``."""
    link = next(link for link in address.split("::") if "://" in link)  # the first of a chain that names a file
    path = link.split("://", 1)[1]
    return PurePosixPath(_without_query(address, path)).name if "/" in path or not _is_web(address) else ""


def public(address: str) -> str:
    """Return an address as results may name it: without a password, and on the web without what follows ``?``."""
    return _without_query(address, PASSWORD.sub("", address))


def fetch(address: str, folder: Path) -> Path:
    """Fetch a file, all files of a folder, or those that a pattern names.

    Args:
        address: as fsspec takes it.
        folder: for what is fetched; what is there of the same address is not fetched again.

    Returns:
        The file or the folder; of a pattern, the pattern.

    Raises:
        ExoprobeError: in one sentence where it cannot be had: nothing is there, no access, no network, no package, or
            more bytes than the disk has free or than :data:`MOST_BYTES`, or a server that hardly sends any.
    """
    name = name_at(address)
    if not name or name in (".", ".."):
        raise ExoprobeError(f"{public(address)}: this address names no file")
    target = folder / digest_of(address.encode())[:8] / name
    if target.parent.exists():
        return target
    with _refuse_failures(address):
        system, path = _file_system(address)
        entries = list(_entries(system, path, target, is_web=_is_web(address)))
        try:
            for entry in entries:
                entry.target.parent.mkdir(parents=True, exist_ok=True)
            _get(system, entries, name, public(address))
        except BaseException:
            shutil.rmtree(target.parent, ignore_errors=True)  # or half a file would be taken for what is there
            raise
    return target


def _is_web(address: str) -> bool:
    return address.split("://", 1)[0].rsplit("::", 1)[-1].lower() in WEB


def _without_query(address: str, text: str) -> str:
    return re.split(r"[?#]", text, maxsplit=1)[0] if _is_web(address) else text


def _file_system(address: str) -> tuple[Any, str]:
    """Return fsspec's file system for an address, and the path there."""
    from fsspec.core import url_to_fs  # the extra's packages are imported only when asked for

    options: dict[str, Any] = {}
    for scheme in {match.lower() for match in re.findall(r"(?:^|::)(https?)://", address, re.IGNORECASE)}:
        from aiohttp import ClientTimeout  # its own limit is five minutes for a whole file

        limits = ClientTimeout(total=None, sock_connect=SILENCE_SECONDS, sock_read=SILENCE_SECONDS)
        options[scheme] = {"client_kwargs": {"timeout": limits}}
    system, path = url_to_fs(address, **options)
    return system, path


def _entries(system: Any, path: str, target: Path, *, is_web: bool) -> Iterator[_Entry]:  # noqa: ANN401 fsspec's
    """Yield the files at a path: itself, what a pattern names, or all in a folder."""
    if is_web:
        yield _Entry(path, target)
        return
    is_pattern = bool(PATTERN & set(target.name)) and not system.exists(path)
    if not is_pattern and not system.isdir(path):
        yield _Entry(path, target)
        return
    listed = system.glob(path, detail=True) if is_pattern else system.find(path, detail=True)
    base, root = (target.parent, PurePosixPath(path).parent) if is_pattern else (target, PurePosixPath(path))
    files = {name: about for name, about in listed.items() if about.get("type") == "file"}
    if not files:
        raise FileNotFoundError(path)
    for name, about in files.items():
        inside = PurePosixPath(name).relative_to(root)
        if ".." in inside.parts:
            raise ExoprobeError(f"{name}: a name with .. is not fetched")
        yield _Entry(name, base / inside, about.get("size"))


def _get(system: Any, entries: list[_Entry], name: str, address: str) -> None:  # noqa: ANN401
    """Fetch files one after the other, with progress in bytes."""
    from fsspec.callbacks import Callback

    folder = entries[0].target.parent
    sizes = [entry.size for entry in entries if entry.size is not None]
    total = sum(sizes) if len(sizes) == len(entries) else None
    _check_space(total, folder, address)
    with progress(total, "byte", log, name) as bar:

        class Count(Callback):  # type: ignore[misc] # fsspec has no types
            """What fsspec calls while it fetches a file."""

            def __init__(self, transfer: Transfer) -> None:
                super().__init__()
                self.transfer = transfer

            def set_size(self, size: int | None) -> None:
                """Refuse a file that is too large, or larger than the disk has room for."""
                if total is None and size is not None:
                    _check_space(size, folder, address)
                    self.transfer.announce(size)
                    bar.total = size

            def relative_update(self, inc: int = 1) -> None:
                """Count bytes."""
                self.transfer.add(inc)
                bar.update(inc)

        for entry in entries:
            most = min(MOST_BYTES, shutil.disk_usage(folder).free)
            transfer = Transfer(address, most, MOST_SECONDS)
            get = partial(system.get_file, entry.source, str(entry.target), callback=Count(transfer))
            transfer.watch(get)
    size = sum(entry.target.stat().st_size for entry in entries)
    log.info("%s: %d bytes in %d file%s", name, size, len(entries), "" if len(entries) == 1 else "s")


def _check_space(size: int | None, folder: Path, address: str) -> None:
    free = shutil.disk_usage(folder).free
    if size is not None and size > free:
        raise ExoprobeError(f"{address} has {size:,} bytes, but the folder for it, {folder}, has {free:,} free")


@contextmanager
def _refuse_failures(address: str) -> Iterator[None]:
    """Say in one sentence why an address cannot be fetched."""
    named = public(address)
    try:
        yield
    except ExoprobeError:
        raise
    except ImportError as error:
        raise ExoprobeError(
            f"{named}: a package that opens such addresses is missing ({_in_line(error, address)}); pip install "
            "'exoprobe[remote]' brings those for https:// and s3://"
        ) from error
    except FileNotFoundError as error:
        raise ExoprobeError(f"{named}: nothing is there; check the address") from error
    except PermissionError as error:
        raise ExoprobeError(f"{named}: access is denied; check the credentials ({_in_line(error, address)})") from error
    except TimeoutError as error:
        raise ExoprobeError(f"{named}: no answer came for {SILENCE_SECONDS} s; try again") from error
    except Exception as error:  # every file system has its own
        status = getattr(error, "status", None)
        reason = f"the server answered {status}" if isinstance(status, int) else _in_line(error, address)
        raise ExoprobeError(f"{named}: cannot be fetched ({reason})") from error


def _in_line(error: Exception, address: str) -> str:
    """Return an error in one short line, without what an address may hold in secret."""
    text = " ".join(str(error).replace(address, public(address)).split())
    return text[:160] or type(error).__name__

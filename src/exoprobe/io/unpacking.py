"""Limits on what a packed file unpacks to: a bomb of a few kilobytes must not fill memory or disk."""

import gzip
import io
import zipfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

from exoprobe.errors import ExoprobeError

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

MOST_UNPACKED = 1_000  # times its size in an archive: no array of features shrinks so much, a bomb does
MOST_TEXT = 100  # times the size of a packed text: tables shrink to a tenth or so
LARGE = 1 << 28  # bytes from which on that counts


def check_member(path: Path, info: zipfile.ZipInfo, most: int = MOST_UNPACKED) -> None:
    """Refuse to unpack a member of an archive that would become more than so many times as large."""
    if info.file_size > max(LARGE, most * info.compress_size):
        raise _bomb(path, f"{info.filename} would unpack", info.file_size, info.compress_size)


def open_gzip(path: Path) -> io.BufferedReader:
    """Open a text packed with gzip, up to so many times its size."""
    return io.BufferedReader(_Limited(path), 1 << 16)


class _Limited(io.RawIOBase):
    """What a gzipped file unpacks to; an error once it is far too much."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path, self.packed, self.size = path, path.stat().st_size, 0
        self.file = gzip.open(path)  # noqa: SIM115 closed with it

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: "WriteableBuffer") -> int:
        try:
            count = self.file.readinto(buffer)
        except (EOFError, OSError, zlib.error) as error:
            raise ExoprobeError(f"{self.path} cannot be read as .gz ({error}); fetch or pack it again") from error
        self.size += count
        if self.size > max(LARGE, MOST_TEXT * self.packed):
            raise _bomb(self.path, "it unpacks", self.size, self.packed)
        return count

    def close(self) -> None:
        self.file.close()
        super().close()


def _bomb(path: Path, what: str, size: int, packed: int) -> ExoprobeError:
    return ExoprobeError(
        f"{path}: {what} to {size / 1e6:,.0f} MB or more from {packed / 1e6:,.1f} MB, which no data do; save it anew"
    )

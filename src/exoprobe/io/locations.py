"""Where a user's features or factors are: a file, a folder, a pattern of files, or a place within one of them.

``FILE[:WHERE]``, as in ``atlas.h5ad:obsm/X_scVI``. What follows the last colon is a place where the name before it
ends as a container's does and no file has the whole name. ``@3`` at the end names a layer of an array of samples ×
layers × dimensions. ``@max`` after a folder or a pattern says what becomes of the rows of files of a sample each.
``FILE`` may be an address, ``s3://bucket/atlas.h5ad:obsm/X_scVI``.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path

from exoprobe.io.files import digest_of, digest_of_file
from exoprobe.io.remote import PATTERN, is_remote, name_at, public

CONTAINERS = (".h5", ".h5ad", ".h5mu", ".hdf5", ".npz", ".pt", ".pth", ".safetensors", ".zarr")
LAYER = re.compile(r"(.+)@(\d+)")
MEAN, MAX, ROWS = "mean", "max", "rows"
POOL = re.compile(rf"(.+)@({MEAN}|{MAX}|{ROWS})")


@dataclass(frozen=True)
class Location:
    """A file or folder, and a place within it.

    Attributes:
        path: the file or folder; of a pattern, the pattern.
        where: the place within it; empty for the file as a whole.
        layer: which layer, from 0, of an array of samples × layers × dimensions; None of a matrix.
        address: where the file lies, if it does not lie here; ``path`` is its name until it is fetched.
        pool: what becomes of the rows of each file of a folder, which holds a sample: their mean, their max, or rows as
            they are; empty for the mean.
    """

    path: Path
    where: str = ""
    layer: int | None = None
    address: str = ""
    pool: str = ""

    @property
    def suffix(self) -> str:
        """The name's end, in small letters; of ``table.csv.gz`` it is ``.csv``."""
        suffixes = [suffix.lower() for suffix in self.path.suffixes[-2:]]
        return next((suffix for suffix in reversed(suffixes) if suffix != ".gz"), "")

    @property
    def stem(self) -> str:
        """A name for what is there: the last part of the place, or the file's name without its end; ``net:3``."""
        if self.layer is not None:
            return f"{Location(self.path, self.where).stem}:{self.layer}"
        if self.pool:
            return f"{Location(self.path, self.where).stem}:{self.pool}"
        if self.where:
            return self.where.rsplit("/", 1)[-1]
        name = self.path.name.removesuffix(".gz")
        stem = name if self.path.is_dir() and self.suffix not in CONTAINERS else Path(name).stem
        return re.sub(r"[*?\[\]]+", "", stem).strip("_-.") or "features"

    def files(self) -> list[Path]:
        """Return the files that are read, in the natural order of their names: of a folder those within it."""
        if self.path.is_dir():
            return natural(path for path in self.path.rglob("*") if path.is_file() and not path.name.startswith("."))
        if not self.path.exists() and PATTERN & set(self.path.name):
            return natural(self.path.parent.glob(self.path.name))
        return [self.path]

    @property
    def given(self) -> str:
        """The location as results name it: of an address, the address without what is secret in it."""
        return f"{public(self.address)}{self._within}" if self.address else str(self)

    @property
    def _within(self) -> str:
        end = f"@{self.pool}" if self.pool else "" if self.layer is None else f"@{self.layer}"
        return f":{self.where}{end}" if self.where else end

    def __str__(self) -> str:
        """Return the location as a text, which :func:`parse_location` reads."""
        return f"{self.path}{self._within}"


def parse_location(text: "str | Path | Location") -> Location:
    """Return the location that a user's text names."""
    if isinstance(text, Location):
        return text
    text = str(text)
    if (match := LAYER.fullmatch(text)) and not Path(text).exists():
        whole = parse_location(match[1])
        if whole.suffix in (".npy", *CONTAINERS):
            return replace(whole, layer=int(match[2]))
    if (match := POOL.fullmatch(text)) and not Path(text).exists():
        return replace(parse_location(match[1]), pool=match[2])
    if is_remote(text):
        return _parse_address(text)
    name, colon, where = text.rpartition(":")
    if colon and where and Path(name).suffix.lower() in CONTAINERS and not Path(text).exists():
        return Location(Path(name), where.strip("/"))
    return Location(Path(text))


def _parse_address(text: str) -> Location:
    """Return the location at an address; the port of a host is no place within a file."""
    name, _, where = text.rpartition(":")
    if where and is_remote(name) and Path(name_at(name)).suffix.lower() in CONTAINERS:
        return Location(Path(name_at(name)), where.strip("/"), address=name)
    return Location(Path(name_at(text)), address=text)


def files_of(text: str | Path) -> list[str]:
    """Return the files that a location reads."""
    return [str(path) for path in parse_location(text).files()]


def stored_at(locations: Iterable[str], files: Iterable[str]) -> Iterator[str]:
    """Say where locations are for a job of the workflow.

    Args:
        locations: as they are configured.
        files: all files that they read, in order, as the job has them: what the workflow makes may be kept elsewhere.

    Yields:
        Each location; of what the workflow makes, the job's file.
    """
    remaining = iter(files)
    for location in locations:
        read = list(islice(remaining, len(files_of(location))))
        yield read[0] if location.startswith("results/") else location


def digest_of_location(text: str | Path) -> str:
    """Return the SHA-256 of a file's content; of several files, of their digests in order."""
    files = parse_location(text).files()
    if len(files) == 1:
        return digest_of_file(files[0])
    return digest_of(*(digest_of_file(path).encode() for path in files))


def natural(paths: Iterable[Path]) -> list[Path]:
    """Sort paths so that ``part10`` comes after ``part9``."""
    return sorted(paths, key=_natural_key)


def _natural_key(path: Path) -> list[tuple[int, int, str]]:
    pieces = re.split(r"(\d+)", str(path))
    return [(1, int(piece), "") if piece.isdigit() else (0, 0, piece) for piece in pieces]

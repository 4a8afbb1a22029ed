"""Which attributes a dataset of faces has; apart, since the workflow asks before any job starts."""

from importlib import resources
from pathlib import Path

from exoprobe.datasets.celeba_layout import ATTRIBUTES, celeba_folder
from exoprobe.errors import ExoprobeError

LONGEST_HEADER = 100_000  # bytes; more is not read


def orl_attributes() -> list[str]:
    """Return the attributes of ``orl_attributes.csv``."""
    lines = (resources.files("exoprobe.datasets") / "orl_attributes.csv").read_text(encoding="utf-8").splitlines()
    header = next(line for line in lines if not line.startswith("#"))
    return header.split(",")[2:]  # after subject and image


def celeba_attributes(folder: str | Path | None) -> list[str]:
    """Return the attributes that CelebA's list names; none are known before it is downloaded.

    Raises:
        ExoprobeError: where the list has no line that names them.
    """
    if folder is None:
        return []
    path = celeba_folder(folder) / ATTRIBUTES
    with path.open(encoding="utf-8", errors="replace") as file:
        names = file.readlines(LONGEST_HEADER)[1:2]
    if not names:
        raise ExoprobeError(f"{path}: its second line must name the attributes; it has none")
    return names[0].split()

"""Which attributes a dataset of faces has; apart, since the workflow asks before any job starts."""

from importlib import resources
from pathlib import Path

from exoprobe.data.celeba_layout import ATTRIBUTES, celeba_folder


def orl_attributes() -> list[str]:
    """Return the attributes of ``orl_attributes.csv``."""
    lines = (resources.files("exoprobe.data") / "orl_attributes.csv").read_text(encoding="utf-8").splitlines()
    header = next(line for line in lines if not line.startswith("#"))
    return header.split(",")[2:]  # after subject and image


def celeba_attributes(folder: str | Path | None) -> list[str]:
    """Return the attributes that CelebA's list names; none are known before it is downloaded."""
    if folder is None:
        return []
    with (celeba_folder(folder) / ATTRIBUTES).open(encoding="utf-8") as file:
        next(file)
        return next(file).split()

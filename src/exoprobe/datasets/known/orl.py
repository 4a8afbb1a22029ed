"""The ORL (AT&T) faces."""

from importlib import resources
from pathlib import Path

from exoprobe.datasets.registry import Dataset


def orl_attributes(folder: str | Path | None = None) -> list[str]:
    """Return the attributes of ``orl_attributes.csv``, which lies in the package whatever the folder."""
    lines = (resources.files("exoprobe.datasets") / "orl_attributes.csv").read_text(encoding="utf-8").splitlines()
    header = next(line for line in lines if not line.startswith("#"))
    return header.split(",")[2:]  # after subject and image


DATASET = Dataset(
    name="orl",
    title="ORL, 400 images of 40 people",
    source="AT&T Laboratories Cambridge (Samaria and Harter 1994); attributes labeled by exoprobe's authors",
    license="to be credited as such; the labels under the MIT license",
    build="exoprobe.datasets.orl:build_orl",
    images="files",
    splits="folds",
    size=400,
    attributes=orl_attributes,
)

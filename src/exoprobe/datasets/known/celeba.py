"""CelebA, in its official layout."""

from pathlib import Path

from exoprobe.datasets.celeba_layout import ATTRIBUTES, celeba_folder
from exoprobe.datasets.registry import Dataset
from exoprobe.errors import ExoprobeError

LONGEST_HEADER = 100_000  # bytes; more is not read


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


DATASET = Dataset(
    name="celeba",
    title="CelebA, official partitions",
    source="Liu, Luo, Wang and Tang 2015",
    license="for non-commercial research only, not to be passed on",
    build="exoprobe.datasets.celeba:build_celeba",
    images="files",
    splits="official",
    size=202_599,
    shards=4,
    attributes=celeba_attributes,
)

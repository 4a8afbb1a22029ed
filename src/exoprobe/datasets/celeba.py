"""CelebA (Liu et al. 2015) in its official layout, as torchvision lays it out too.

A folder ``celeba`` with ``img_align_celeba/`` and the files below. CelebA may be used for non-commercial
research only and must not be redistributed, so exoprobe never copies it.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.celeba_layout import ATTRIBUTES, IDENTITIES, IMAGES, PARTITIONS
from exoprobe.datasets.image_faults import examples, image_digests, refuse_or_leave_out
from exoprobe.datasets.images import ImageFiles
from exoprobe.datasets.samples import SPLITS, write_samples
from exoprobe.datasets.tables import read_table
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import digest_of


def read_tables(folder: str | Path) -> pd.DataFrame:
    """Read partitions, identities and attributes.

    Args:
        folder: see :func:`exoprobe.datasets.celeba_layout.celeba_folder`.

    Returns:
        A row per listed image: ``file``, ``split``, ``group`` and a 0/1 column per attribute.

    Raises:
        ExoprobeError: where a file is no table, or the three list different images, an image twice, or a row is
            cut off.
    """
    folder = Path(folder)
    split = read_table(folder / PARTITIONS, names=["file", "split"])
    group = read_table(folder / IDENTITIES, names=["file", "group"])
    attributes = read_table(folder / ATTRIBUTES, skiprows=1).rename_axis("file").reset_index()
    _check_rows(folder / PARTITIONS, split, tuple(range(len(SPLITS))))
    _check_rows(folder / IDENTITIES, group, None)
    _check_rows(folder / ATTRIBUTES, attributes, (1, -1))
    for name, table in ((IDENTITIES, group), (ATTRIBUTES, attributes)):
        if lacking := sorted(set(split["file"]) ^ set(table["file"])):
            raise ExoprobeError(
                f"{folder / name} and {PARTITIONS} list different images: {examples(lacking)} in only one of them"
            )
    names = [str(name) for name in attributes if name != "file"]
    attributes[names] = (attributes[names] > 0).astype(np.int8)
    table = split.merge(group, on="file").merge(attributes, on="file")
    return table.assign(split=table["split"].map(dict(enumerate(SPLITS))))


def _check_rows(path: Path, table: pd.DataFrame, allowed: tuple[int, ...] | None) -> None:
    """Refuse an image that is listed twice, and a row with a value that is missing or not allowed."""
    if (twice := table["file"].duplicated()).any():
        raise ExoprobeError(f"{path}: {table.loc[twice, 'file'].iloc[0]} is listed twice")
    values = table.drop(columns="file")
    bad = values.isna() if allowed is None else ~values.isin(allowed)
    if (rows := bad.any(axis=1)).any():
        right = "a number" if allowed is None else f"{' or '.join(map(str, allowed))} alone"
        raise ExoprobeError(f"{path}: {table.loc[rows, 'file'].iloc[0]} is not followed by {right}")


def build_celeba(folder: str | Path, path: str | Path, *, bad_images: str, threads: int = 1) -> None:
    """Check every image and write the dataset.

    Args:
        folder: see :func:`exoprobe.datasets.celeba_layout.celeba_folder`.
        path: the samples file to write.
        bad_images: ``refuse`` a folder where images are missing, unreadable or not listed, or ``leave_out``
            those images.
        threads: that decode images.

    Raises:
        ExoprobeError: with counts and examples, where such images are refused; where none is left.
    """
    table = read_tables(folder)
    images = ImageFiles(Path(folder) / IMAGES)
    present = images.names()
    missing = sorted(set(table["file"]) - present)
    unlisted = sorted(present - set(table["file"]))
    table = table[table["file"].isin(present)]
    digests = image_digests(images, table["file"].tolist(), threads)
    unreadable = sorted(name for name, digest in digests.items() if digest is None)
    faults = {"missing": missing, "unreadable": unreadable, "not listed": unlisted}
    refuse_or_leave_out(faults, images.root, bad_images, "faces.bad_images")
    table = table[~table["file"].isin(unreadable)]
    if table.empty:
        raise ExoprobeError(f"{images.root}: no image is left")
    order = table["split"].map({name: rank for rank, name in enumerate(SPLITS)})
    table = table.assign(order=order).sort_values(["order", "file"]).drop(columns="order")
    source = digest_of(*(digest for name in table["file"] if (digest := digests[name]) is not None))
    columns = {str(name): table[name].to_numpy() for name in table if name not in ("file", "split")}
    text = {name: table[name].to_numpy(str) for name in ("file", "split")}
    write_samples(path, {"sample_id": np.arange(len(table)), **text, **columns}, source_digest=source)

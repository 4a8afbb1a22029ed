"""A user's folder of pictures, joined with a table that has a row per picture."""

import json
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
import pandas as pd

from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.image_faults import examples, image_digests, refuse_or_leave_out
from exoprobe.datasets.images import ImageFiles
from exoprobe.datasets.row_names import row_name
from exoprobe.datasets.samples import write_samples
from exoprobe.datasets.table_columns import PANDAS_INDEX, check_column, column_names
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write, digest_of, write_table

log = logging.getLogger(__name__)

SUFFIXES = (".avif", ".bmp", ".gif", ".jp2", ".jpeg", ".jpg", ".pgm", ".png", ".ppm", ".tif", ".tiff", ".webp")


@dataclass(frozen=True)
class PictureTable:
    """Pictures and what is known of them.

    Attributes:
        files: names below the folder [N], in the order of the user's table.
        factors: the user's columns but the one that names the pictures, N rows.
        digest: of the files' content.
        notes: sentences, what was joined and what was left out.
    """

    files: np.ndarray
    factors: pd.DataFrame
    digest: str
    notes: list[str]


def build_image_table(
    folder: str | Path,
    table: str | Path,
    *,
    column: str | None = None,
    texts: Collection[str] = (),
    bad_images: str = "refuse",
    threads: int = 1,
) -> PictureTable:
    """Join a folder of pictures with a table of factors, and check every picture.

    Args:
        folder: the pictures, in subfolders too; or a zip archive.
        table: CSV or Parquet.
        column: of the table, that names the pictures, by their path below the folder, with or without the suffix;
            None: the column that names most.
        texts: columns of a CSV whose values are names, not numbers.
        bad_images: what becomes of pictures that are missing, unreadable, not listed, listed twice or copies of
            others: ``refuse`` the folder, or ``leave_out`` these (of several rows or copies the first is kept).
        threads: that decode pictures.

    Raises:
        ExoprobeError: with counts and examples, where such pictures are refused; where no column names pictures;
            where none is left.
    """
    images = ImageFiles(folder)
    known = images.tree()
    column = column or picture_column(table, folder, known)
    check_column(table, "images.column", column, column_names(table))
    rows = read_factor_table(table, {*texts, column})
    if (empty := np.flatnonzero(rows[column].isna())).size:
        raise ExoprobeError(f"{table}: {row_name(rows.index, empty[0])} names no picture in {column}")
    listed, lookup = rows[column].astype(str), _lookup(known)
    rows = rows.assign(**{column: listed.map(lookup)})
    missing = listed[rows[column].isna()].tolist()
    rows = rows.dropna(subset=column)
    twice = rows[column].duplicated()
    faults = {"missing": missing, "listed twice": sorted(set(rows.loc[twice, column]))}
    faults["not listed"] = sorted(set(filter(_is_picture, known)) - set(rows[column]))
    rows = rows[~twice]
    digests = image_digests(images, rows[column].tolist(), threads)
    faults["unreadable"] = [name for name, digest in digests.items() if digest is None]
    faults["the same as another"] = _copies(digests)
    left_out = refuse_or_leave_out(faults, folder, bad_images, "images.bad_images")
    rows = rows[~rows[column].isin([*faults["unreadable"], *faults["the same as another"]])]
    if rows.empty:
        raise ExoprobeError(f"{folder}: no picture is left")
    joined = f"{len(rows):,} pictures of {folder}, named by {column} in {table}"
    log.info(joined)
    files = rows[column].to_numpy(str)
    return PictureTable(
        files,
        rows.drop(columns=column).reset_index(drop=True),
        digest_of(*(digests[name] or b"" for name in files)),
        [f"{joined}.", *([f"Left out: {left_out}."] if left_out else [])],
    )


def write_image_table(pictures: PictureTable, samples: str | Path, factors: str | Path, notes: str | Path) -> None:
    """Write the pictures as a dataset.

    Args:
        pictures: of :func:`build_image_table`.
        samples: the samples file to write: ``sample_id`` and ``file``, neither grouped nor split.
        factors: the Parquet file to write, a row per picture.
        notes: the JSON file to write.
    """
    columns = {"sample_id": np.arange(len(pictures.files)), "file": pictures.files}
    write_samples(samples, columns, source_digest=pictures.digest)
    write_table(pictures.factors, factors)
    with atomic_write(notes) as temporary:
        temporary.write_text(json.dumps(pictures.notes, ensure_ascii=False, indent=1), encoding="utf-8")


def picture_column(table: str | Path, folder: str | Path, files: Collection[str]) -> str:
    """Return the column of a table that names most pictures.

    Args:
        table: CSV or Parquet.
        folder: for the error.
        files: names below the folder.

    Raises:
        ExoprobeError: where no column names any.
    """
    names = [name for name in column_names(table) if name not in PANDAS_INDEX]
    rows, lookup = read_factor_table(table, names), _lookup(files)
    counts = {str(name): int(rows[name].dropna().astype(str).isin(lookup).sum()) for name in rows}
    best = max(counts, key=counts.__getitem__)
    if not counts[best]:
        pictures = sorted(filter(_is_picture, files))
        first = {name: str(rows[name].iloc[0]) for name in rows}
        raise ExoprobeError(
            f"{table}: no column names pictures of {folder}, which has {examples(pictures) or 'none'}; the first row "
            f"is {', '.join(f'{name}={value!r}' for name, value in first.items())}"
        )
    return best


def _lookup(files: Iterable[str]) -> dict[str, str]:
    """Return the files by what a table may call them: their path, or, where that is one file's, without suffix."""
    files = list(files)
    stems = pd.Series([str(PurePosixPath(file).with_suffix("")) for file in files], index=files, dtype=str)
    alone = stems[~stems.duplicated(keep=False)]
    return {**{stem: str(file) for file, stem in alone.items()}, **dict(zip(files, files, strict=True))}


def _copies(digests: dict[str, bytes | None]) -> list[str]:
    """Return the files with the content of one before; in another split, they would give the answer away."""
    readable = pd.Series({name: digest for name, digest in digests.items() if digest is not None}, dtype=object)
    return [str(name) for name in readable.index[readable.duplicated()]]


def _is_picture(file: str) -> bool:
    return PurePosixPath(file).suffix.lower() in SUFFIXES

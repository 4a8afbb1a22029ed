"""Features that a user brings, a row per sample: arrays, tables, containers, or several files of these.

Nothing here makes more than one float32 copy of them: a .npy file is mapped into memory, the others are read block
by block into one array.
"""

from collections.abc import Callable, Mapping
from pathlib import Path

from exoprobe.datasets.file_content import check_content
from exoprobe.datasets.user_arrays import open_npy, open_npz
from exoprobe.datasets.user_containers import open_hdf5, open_safetensors, open_torch, open_zarr
from exoprobe.datasets.user_file import UserFile, refuse_unreadable
from exoprobe.datasets.user_folders import open_files
from exoprobe.datasets.user_tables import open_csv, open_parquet
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import Location, parse_location

OPENERS: Mapping[str, Callable[[Location, str | None], UserFile]] = {
    ".npy": open_npy,
    ".npz": open_npz,
    ".csv": open_csv,
    ".tsv": open_csv,
    ".parquet": open_parquet,
    ".h5": open_hdf5,
    ".hdf5": open_hdf5,
    ".h5ad": open_hdf5,
    ".h5mu": open_hdf5,
    ".zarr": open_zarr,
    ".pt": open_torch,
    ".pth": open_torch,
    ".safetensors": open_safetensors,
}


def open_features(path: str | Path, id_column: str | None = None) -> UserFile:
    """Open a user's features.

    Args:
        path: a file, a folder or a pattern of files; ``FILE:WHERE`` for an array in a container. Of .csv and .tsv all
            columns are features, of .parquet the only column of lists or tensors, else all columns.
        id_column: the column, or the array beside the features, that holds ids; it is no feature.

    Raises:
        ExoprobeError: where it is none of these, or has no such ids, in one line that names the file.
    """
    location = parse_location(path)
    if location.address:
        raise ExoprobeError(f"{location.given}: only audits fetch files; download it first")
    is_store = location.path.is_dir() and location.suffix == ".zarr"
    is_several = not is_store and (location.path.is_dir() or location.files() != [location.path])
    if location.pool and not is_several:
        raise ExoprobeError(
            f"{location}: only a folder or a pattern has files whose rows can be pooled; give {location.path}"
        )
    if is_several:
        features = open_files(location, id_column, _opener)
    else:
        _check_file(location, is_store)
        with refuse_unreadable(location.path):
            features = OPENERS[location.suffix](location, id_column)
    if not features.rows or not features.dimension:
        raise ExoprobeError(f"{path} has {features.rows} rows of {features.dimension} features; it needs some")
    return features


def _opener(suffix: str) -> Callable[[Path, str | None], UserFile] | None:
    """Return what opens a file whose name ends so."""
    if suffix not in OPENERS:
        return None
    return lambda path, id_column: OPENERS[suffix](Location(path), id_column)


def _check_file(location: Location, is_store: bool) -> None:
    if location.suffix not in OPENERS:
        raise ExoprobeError(f"{location}: features must be in {', '.join(OPENERS)}; its name ends in none of them")
    if not is_store and not location.path.is_file():
        raise ExoprobeError(f"{location.path}: no such file")
    if not is_store and not location.path.stat().st_size:
        raise ExoprobeError(f"{location.path} is empty")
    check_content(location.path)

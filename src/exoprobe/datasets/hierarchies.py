"""Opening files that hold a tree of arrays: HDF5 and Zarr."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

from exoprobe.datasets.user_file import refuse_unreadable
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import Location


@contextmanager
def hdf5_file(location: Location) -> Iterator[Any]:
    """Yield an open HDF5 file."""
    h5py = needed("h5py", location)
    with refuse_unreadable(location.path), h5py.File(location.path, "r") as file:
        yield file


@contextmanager
def zarr_store(location: Location) -> Iterator[Any]:
    """Yield an open Zarr store."""
    zarr = needed("zarr", location)
    with refuse_unreadable(location.path):
        yield zarr.open_group(str(location.path), mode="r")


def needed(package: str, location: Location) -> ModuleType:
    """Import a package that only some files need.

    Raises:
        ExoprobeError: where it is not installed, with how to install it.
    """
    try:
        return importlib.import_module(package)
    except ImportError as error:
        raise ExoprobeError(
            f"{location.path}: reading {location.suffix} needs the package {package}; pip install 'exoprobe[files]'"
        ) from error

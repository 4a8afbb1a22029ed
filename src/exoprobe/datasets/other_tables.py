"""Tables in files that are neither CSV nor Parquet: spreadsheets, and the observations of AnnData objects."""

import zipfile
from pathlib import Path

import pandas as pd

from exoprobe.datasets.anndata_table import read_obs
from exoprobe.datasets.hierarchies import hdf5_file, needed, zarr_store
from exoprobe.datasets.user_file import refuse_unreadable
from exoprobe.errors import ExoprobeError
from exoprobe.io.locations import Location
from exoprobe.io.unpacking import MOST_TEXT, check_member


def read_other_table(path: Path) -> pd.DataFrame:
    """Read a table.

    Args:
        path: .xlsx, of which the first sheet is read, with the names of the columns in its first row; .h5ad or .zarr,
            of which ``obs`` is read.

    Raises:
        ExoprobeError: where it cannot be read, in one line that names the file.
    """
    location = Location(path)
    if location.suffix == ".xlsx":
        return _read_sheet(location)
    opened = zarr_store if location.suffix == ".zarr" else hdf5_file
    with opened(location) as root:
        return read_obs(root, path)


def _read_sheet(location: Location) -> pd.DataFrame:
    needed("openpyxl", location)
    with refuse_unreadable(location.path):
        with zipfile.ZipFile(location.path) as archive:
            for info in archive.infolist():
                check_member(location.path, info, MOST_TEXT)
        table = pd.read_excel(location.path, na_values=["", "nan", "NaN"], keep_default_na=False)
    if unnamed := [str(name) for name in table if str(name).startswith("Unnamed:")]:
        raise ExoprobeError(
            f"{location.path}: {len(unnamed)} columns of the first sheet have no name; its first row must name the "
            "columns"
        )
    return table.rename(columns=str)

"""Tables in files that are neither CSV nor Parquet: spreadsheets, and the observations of AnnData objects."""

from pathlib import Path

import pandas as pd

from exoprobe.datasets.anndata_table import read_obs
from exoprobe.datasets.dataset_notes import Notes
from exoprobe.datasets.hierarchies import hdf5_file, zarr_store
from exoprobe.datasets.sheets import read_sheet
from exoprobe.io.locations import Location


def read_other_table(path: Path, notes: Notes | None = None) -> pd.DataFrame:
    """Read a table.

    Args:
        path: .xlsx, of which the first sheet is read, with the names of the columns in its first row; .h5ad or .zarr,
            of which ``obs`` is read.
        notes: where to note cells that are read otherwise than they stand there.

    Raises:
        ExoprobeError: where it cannot be read, in one line that names the file.
    """
    location = Location(path)
    if location.suffix == ".xlsx":
        return read_sheet(location, Notes() if notes is None else notes)
    opened = zarr_store if location.suffix == ".zarr" else hdf5_file
    with opened(location) as root:
        return read_obs(root, path)

"""Features that a user brings: .npy, .npz, .csv or .parquet, a row per sample.

Nothing here makes more than one float32 copy of them: a .npy file is mapped into memory, the others are read block
by block into one array.
"""

from pathlib import Path

from exoprobe.datasets.user_arrays import open_npy, open_npz
from exoprobe.datasets.user_file import UserFile, refuse_unreadable
from exoprobe.datasets.user_tables import open_csv, open_parquet
from exoprobe.errors import ExoprobeError

OPENERS = {".npy": open_npy, ".npz": open_npz, ".csv": open_csv, ".parquet": open_parquet}


def open_features(path: str | Path, id_column: str | None = None) -> UserFile:
    """Open a user's features.

    Args:
        path: .npy, a 2-D array; .npz, the only 2-D array in it; .csv, all columns; .parquet, the only column of
            lists or tensors, else all columns, or a feature file of exoprobe.
        id_column: the column, or the array in the .npz, that holds ids; it is no feature.

    Raises:
        ExoprobeError: where it is none of these, or has no such ids, in one line that names the file.
    """
    path = Path(path)
    if path.suffix not in OPENERS:
        raise ExoprobeError(f"{path}: features must be in {', '.join(OPENERS)}; its name ends in none of them")
    if not path.is_file():
        raise ExoprobeError(f"{path}: no such file")
    if not path.stat().st_size:
        raise ExoprobeError(f"{path} is empty")
    with refuse_unreadable(path):
        features = OPENERS[path.suffix](path, id_column)
    if not features.rows or not features.dimension:
        raise ExoprobeError(f"{path} has {features.rows} rows of {features.dimension} features; it needs some")
    return features

"""CelebA's tables: columns apart by white space, as in its official files."""

from pathlib import Path

import pandas as pd

from exoprobe.errors import ExoprobeError


def read_table(path: str | Path, **options: object) -> pd.DataFrame:
    """Read a table.

    Args:
        path: the file.
        options: of :func:`pandas.read_csv`.

    Raises:
        ExoprobeError: where it is missing or not a table, with its name.
    """
    try:
        return pd.read_csv(path, sep=r"\s+", **options)
    except (OSError, ValueError) as error:  # pandas's own and those of decoding text are ValueErrors
        raise ExoprobeError(f"{path}: cannot be read as a table ({error})") from error

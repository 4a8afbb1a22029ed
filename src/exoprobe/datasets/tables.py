"""CelebA's tables: columns separated by white space, as in its official files."""

from pathlib import Path

import pandas as pd

from exoprobe.errors import ExoprobeError


def read_table(path: str | Path, *, names: list[str] | None = None, skiprows: int = 0) -> pd.DataFrame:
    """Read a table.

    Args:
        path: the file.
        names: of the columns; None: the first line names them.
        skiprows: lines to skip at the start.

    Raises:
        ExoprobeError: where it is missing or not a table, with its name.
    """
    try:
        return pd.read_csv(path, sep=r"\s+", names=names, skiprows=skiprows)
    except (OSError, ValueError) as error:  # pandas's own and those of decoding text are ValueErrors
        raise ExoprobeError(f"{path}: cannot be read as a table ({error})") from error

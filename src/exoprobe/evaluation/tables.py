"""Tables of an audit as files: a Parquet file for each representation, a CSV file for all of them."""

from collections.abc import Iterable, Mapping
from pathlib import Path

import pandas as pd

from exoprobe.io.files import write_table


def write_tables(tables: Mapping[str, pd.DataFrame], paths: Mapping[str, str | Path]) -> None:
    """Write tables by their names, as Parquet or CSV as the names of the files say."""
    for name, path in paths.items():
        write_table(tables[name], path)


def join_tables(representations: Iterable[str], paths: Iterable[str | Path]) -> dict[str, pd.DataFrame]:
    """Put the tables of the same name together, under a column ``representation``.

    Args:
        representations: their names.
        paths: ``…/{representation}/{table}.parquet`` of each.
    """
    tables: dict[str, list[pd.DataFrame]] = {}
    order = list(representations)
    for path in sorted(map(Path, paths), key=lambda path: order.index(path.parent.name)):
        table = pd.read_parquet(path)
        table.insert(0, "representation", path.parent.name)
        tables.setdefault(path.stem, []).append(table)
    return {name: pd.concat(group, ignore_index=True) for name, group in tables.items()}

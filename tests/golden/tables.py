"""The committed tables: how they are written, read and compared.

Tolerances hold across processors and numbers of threads (tried: kernels for SSE, AVX2 and AVX-512, one and two
threads, bfloat16 and float32). What is fitted in closed form or to convergence moves by less than 0.01 %. Small
networks are trained in bfloat16 where the processor has it, in float32 elsewhere, and their numbers move by several
percent; the same goes for the best probe, which may be one of them.
"""

from pathlib import Path

import numpy as np
import pandas as pd

from tests.golden.adapters import COLUMNS

FOLDER = Path(__file__).parent
KEYS = COLUMNS[:-1]
RELATIVE, ABSOLUTE = 2e-4, 1e-4
TRAINED = ("mlp", "best")
TRAINED_RELATIVE, TRAINED_ABSOLUTE = 0.15, 0.05


def read_table(path: Path) -> pd.DataFrame:
    """Read a golden table; values stay text."""
    return pd.read_csv(path, dtype=str, keep_default_na=False)


def as_written(table: pd.DataFrame) -> pd.DataFrame:
    """Return a table as it is read after writing: numbers with six significant digits."""
    text = [value if isinstance(value, str) else f"{value:.6g}" for value in table["value"]]
    return table.astype(dict.fromkeys(KEYS, str)).assign(value=text)


def moved(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Return the rows, of either table, that are missing in the other or differ beyond the tolerance.

    Args:
        before: the committed table.
        after: the table of today, of :func:`as_written`.

    Returns:
        The key columns, ``before`` and ``after``; NaN where a row is missing.
    """
    joined = before.merge(after, how="outer", on=KEYS, suffixes=("_before", "_after"), validate="one_to_one")
    joined = joined.rename(columns={"value_before": "before", "value_after": "after"})
    return joined[~_close(joined)]


def _close(joined: pd.DataFrame) -> np.ndarray:
    """Return which rows are equal as text, or close as numbers."""
    old, new = (pd.to_numeric(joined[column], errors="coerce") for column in ("before", "after"))
    trained = joined["probe"].isin(TRAINED)
    relative = np.where(trained, TRAINED_RELATIVE, RELATIVE)
    absolute = np.where(trained, TRAINED_ABSOLUTE, ABSOLUTE)
    close = (new - old).abs() <= relative * old.abs() + absolute
    return (close | (joined["before"] == joined["after"])).to_numpy()

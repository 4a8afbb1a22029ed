"""Does a way of training do better than another by more than training runs differ?"""

import numpy as np
import pandas as pd
from scipy import stats

from exoprobe.analysis.intervals import LEVEL

KEYS = ["variant", "erased", "measure"]
COLUMNS = [*KEYS, "reference", "difference", "low", "high", "seeds"]


def advantages(table: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Compare every variant with one of them as trained, seed by seed.

    Runs of one seed share their order of images, and where the network is the same, their first weights.

    Args:
        table: a row per variant, seed, ``erased`` and ``measure``: ``value``.
        reference: the variant to compare with, not erased.

    Returns:
        A row per variant, ``erased`` and ``measure``: ``difference``, the mean over seeds of value − reference's,
        and its 95 % interval over seeds (Student's t; empty for one seed).
    """
    own = table[(table["variant"] == reference) & ~table["erased"]].set_index(["measure", "seed"])["value"]
    joined = table.join(own.rename("own"), on=["measure", "seed"], how="inner")
    rows = []
    for key, part in joined.groupby(KEYS, sort=False):
        if key[0] != reference or key[1]:
            low, high = mean_interval((part["value"] - part["own"]).to_numpy())
            rows.append((*key, reference, (part["value"] - part["own"]).mean(), low, high, len(part)))
    return pd.DataFrame(rows, columns=COLUMNS)


def mean_interval(values: np.ndarray) -> tuple[float, float]:
    """Return the ends of the interval of the mean of independent values [S]; NaN for a single one."""
    if len(values) < 2:
        return np.nan, np.nan
    reach = stats.t.ppf((1 + LEVEL) / 2, len(values) - 1) * stats.sem(values)
    return float(values.mean() - reach), float(values.mean() + reach)

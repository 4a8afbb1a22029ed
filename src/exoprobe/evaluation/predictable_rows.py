"""Rows that give themselves away: pointwise V-information of each test row (Ethayarajh et al. 2022).

It is log2 of the likelihood of a row's true value with the features, less that without them: by so many bits the
features make the value more predictable. Below 0 they mislead. Both likelihoods are those of ridge regression,
calibrated on groups that it was not fitted on (:mod:`exoprobe.probes.predictive`). The mean over rows is the
V-information (Xu et al. 2020).
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor, read_factors
from exoprobe.datasets.samples import ID, dataset_digest, sample_ids
from exoprobe.evaluation.maps import annotations
from exoprobe.probes.given import GivenPrediction

SHOWN = 5  # rows at each end
MOST, LEAST = "most", "least"
ROW_COLUMNS = ["factor", "sample", "bits"]
EXTREME_COLUMNS = ["representation", "factor", "predictable", "row", "annotation", "bits"]


def row_bits(predictions: Sequence[GivenPrediction]) -> pd.DataFrame:
    """Return the pointwise V-information of rows: a row per factor and test sample where it is known.

    Args:
        predictions: against nothing but a constant.

    Returns:
        ``factor``, ``sample`` (its number) and ``bits``.
    """
    tables = [pd.DataFrame({"factor": of.factor, "sample": of.rows, "bits": of.bits}) for of in predictions]
    return pd.concat(tables, ignore_index=True) if tables else pd.DataFrame(columns=ROW_COLUMNS)


def row_tables(samples: str | Path, factors: str | Path, rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Name the rows as the user does, and pick those at both ends.

    Args:
        samples: the dataset.
        factors: of its samples.
        rows: of :func:`row_bits`, of all representations, with a column ``representation``.

    Returns:
        ``rows``: a row per representation, factor and test sample: ``representation``, ``factor``, ``id`` (of the
        user's, or the row's number in the factor table, from 0) and ``bits``.
        ``extremes``: the 5 most and 5 least ``predictable`` rows of each representation and factor, with their true
        value (``annotation``).
    """
    ids = sample_ids(samples)
    known = {factor.name: factor for factor in read_factors(factors, dataset_digest(samples))}
    numbers = rows["sample"].to_numpy(np.int64)
    names = {name: rows[name].astype("category") for name in ("representation", "factor")}
    named = pd.DataFrame({**names, ID: ids[numbers], "bits": rows["bits"].astype(np.float32)})
    extremes = [
        _ends(known[str(factor)], table, ids).assign(representation=str(representation), factor=str(factor))
        for (representation, factor), table in rows.groupby(["representation", "factor"], sort=False)
    ]
    picked = pd.concat(extremes, ignore_index=True) if extremes else pd.DataFrame(columns=EXTREME_COLUMNS)
    return {"rows": named, "extremes": picked[EXTREME_COLUMNS]}


def _ends(factor: Factor, rows: pd.DataFrame, ids: np.ndarray) -> pd.DataFrame:
    """Return the most and the least predictable rows; of few rows, none is both."""
    ordered = rows.sort_values("bits", ascending=False, kind="stable")
    count = min(SHOWN, len(rows) // 2)
    picked = pd.concat([ordered[:count], ordered[::-1][:count]])
    numbers = picked["sample"].to_numpy(np.int64)
    return pd.DataFrame(
        {
            "predictable": np.repeat([MOST, LEAST], count),
            "row": ids[numbers],
            "annotation": annotations(factor, numbers),
            "bits": picked["bits"].to_numpy(),
        }
    )

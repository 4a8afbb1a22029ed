"""How well attributes can be read: false negatives, false positives and the baselines beside them."""

from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.evaluation.intervals import group_sums, group_weights, interval

MEAN = "mean"
RATES = ["false_negative", "false_positive", "error"]


def attribute_errors(predictions: dict[str, str | Path]) -> pd.DataFrame:
    """Compute the errors of every representation and attribute on test.

    Args:
        predictions: files of :func:`exoprobe.probes.attributes.probe_attributes` by representation.

    Returns:
        A row per representation and attribute, and one with attribute ``mean``: ``false_negative``,
        ``false_positive`` and ``error`` (their mean) in percent, each with its ``…_low`` and ``…_high`` (95 %,
        resampling people), ``prevalence`` on test, ``samples``, ``people`` and ``majority_false_negative``
        (100 where absence is the majority in training, else 0; the majority's error is always 50).
    """
    return pd.concat(
        [_errors_of_one(name, pd.read_parquet(path)) for name, path in predictions.items()], ignore_index=True
    )


def _errors_of_one(representation: str, table: pd.DataFrame) -> pd.DataFrame:
    names = list(table["attribute"].unique())
    first = table[table["attribute"] == names[0]]
    groups = first["group"].to_numpy()
    present = _by_attribute(table, names, "present").astype(bool)
    predicted = _by_attribute(table, names, "score") >= 0
    counts = np.stack([present & ~predicted, present, ~present & predicted, ~present], axis=2)
    sums = group_sums(groups, counts)
    point = _rates(sums.sum(0))
    draws = _rates(np.tensordot(group_weights(groups), sums, axes=1))
    known = np.isfinite(point[:, 2])  # an attribute that no test image has, or each, has no error
    prevalence = _by_attribute(table, names, "train_prevalence").mean(0)
    people = (sums[..., [1, 3]] > 0).sum(0)  # who have, and who lack, each attribute
    rows = pd.concat(
        [
            _with_intervals(point[[place]], draws[:, [place]], max(1, people[place].min()))
            for place in range(len(names))
        ],
        ignore_index=True,
    ).assign(
        attribute=names,
        prevalence=100 * present.mean(0),
        majority_false_negative=np.where(prevalence < 0.5, 100.0, 0.0),
    )
    mean = rows.drop(columns="attribute").mean().to_frame().T.assign(attribute=MEAN)
    # The interval of a mean is not the mean of intervals.
    over_attributes = _with_intervals(point[known].mean(0)[None], draws[:, known].mean(1)[:, None], len(sums))
    rows = pd.concat([rows, mean.assign(**over_attributes.iloc[0])], ignore_index=True)
    rows.insert(0, "representation", representation)
    return rows.assign(samples=len(first), people=len(np.unique(groups)))


def _with_intervals(point: np.ndarray, draws: np.ndarray, people: int) -> pd.DataFrame:
    """Put the rates [A, 3] and the intervals of their draws [RESAMPLES, A, 3] into columns, in percent."""
    low, high = interval(draws, people)
    columns = {}
    for column, rate in enumerate(RATES):
        columns[rate] = 100 * point[:, column]
        columns[f"{rate}_low"], columns[f"{rate}_high"] = 100 * low[:, column], 100 * high[:, column]
    return pd.DataFrame(columns)


def _by_attribute(table: pd.DataFrame, names: list[str], column: str) -> np.ndarray:
    """Return a column as [N, A]; every attribute's rows are in the same order."""
    return np.stack([table.loc[table["attribute"] == name, column].to_numpy() for name in names], axis=1)


def _rates(counts: np.ndarray) -> np.ndarray:
    """Turn counts [..., A, 4] (missed, present, false alarms, absent) into rates [..., A, 3]."""
    with np.errstate(invalid="ignore", divide="ignore"):
        negative, positive = counts[..., 0] / counts[..., 1], counts[..., 2] / counts[..., 3]
    return np.stack([negative, positive, (negative + positive) / 2], axis=-1)

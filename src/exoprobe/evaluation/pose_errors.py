"""How well pose can be read, in the yaw ranges of Table 1, beside what a constant would score."""

from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.evaluation.intervals import group_sums, group_weights, interval

RANGES = {"0–15": (0, 15), "15–30": (15, 30), "30–45": (30, 45), ">45": (45, np.inf)}
TOTAL = "total"
READOUTS = {"linear": "predicted", "fourier": "predicted_fourier", "mlp": "predicted_mlp"}  # and their columns


def pose_errors(predictions: dict[str, str | Path]) -> pd.DataFrame:
    """Compute the errors of every representation and target on test.

    Args:
        predictions: files of :func:`exoprobe.probes.pose.probe_pose` by representation.

    Returns:
        A row per representation, target and range of the true |angle| (the paper's, and ``total``):
        ``mae`` and ``constant_mae`` (of the training median) in degrees, ``mae_low`` and ``mae_high`` (95 %,
        resampling people),
        ``count``, ``r2`` (in total only: within a range it has no meaning), and ``estimator`` of the truth.
    """
    rows = []
    for representation, path in predictions.items():
        for target, table in pd.read_parquet(path).groupby("target", sort=False):
            rows += [{"representation": representation, "target": target, **row} for row in errors_by_range(table)]
    return pd.DataFrame(rows)


def pose_errors_by_readout(predictions: dict[str, str | Path], target: str = "abs_yaw") -> pd.DataFrame:
    """Compute what each readout's error is on all of test.

    Args:
        predictions: files of :func:`exoprobe.probes.pose.probe_pose` by representation.
        target: which angle.

    Returns:
        A row per representation and readout (:data:`READOUTS`): ``mae``, ``mae_low``, ``mae_high`` and
        ``constant_mae`` as of :func:`pose_errors`.
    """
    rows = []
    for representation, path in predictions.items():
        table = pd.read_parquet(path, filters=[("target", "=", target)])
        for readout, column in READOUTS.items():
            errors = _errors(table.assign(predicted=table[column]))
            rows.append({"representation": representation, "readout": readout, **errors})
    return pd.DataFrame(rows)


def errors_by_range(table: pd.DataFrame) -> list[dict[str, object]]:
    """Compute the errors of one representation and target, range by range and in total."""
    size = table["truth"].abs()
    rows = []
    for name, (low, high) in {**RANGES, TOTAL: (0, np.inf)}.items():
        part = table[(size >= low) & (size < high)]
        row = {"range": name, "count": len(part), "estimator": table["estimator"].iloc[0]}
        rows.append({**row, **(_errors(part) if len(part) else {}), "r2": _r2(part) if name == TOTAL else np.nan})
    return rows


def _errors(table: pd.DataFrame) -> dict[str, float]:
    groups = table["group"].to_numpy()
    error = (table["predicted"] - table["truth"]).abs().to_numpy()
    sums = group_sums(groups, np.stack([error, np.ones(len(error))], axis=1))
    draws = group_weights(groups) @ sums
    low, high = interval(draws[:, 0] / np.maximum(draws[:, 1], 1), len(sums))
    constant = (table["constant"] - table["truth"]).abs().mean()
    return {"mae": error.mean(), "mae_low": float(low), "mae_high": float(high), "constant_mae": constant}


def _r2(table: pd.DataFrame) -> float:
    """Return 1 − residual / variance: 0 is no better than knowing the mean of the samples that are scored."""
    residual = ((table["predicted"] - table["truth"]) ** 2).sum()
    return 1 - residual / ((table["truth"] - table["truth"].mean()) ** 2).sum()

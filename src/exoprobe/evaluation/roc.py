"""The receiver operating characteristic of binary factors: which errors can be traded for which."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.probe_files import ProbeFiles, best_predictions

COLUMNS = ["factor", "representation", "probe", "false_positive", "true_positive"]
MOST_POINTS = 60


def roc_table(
    samples: str | Path, factors: str | Path, representations: Mapping[str, ProbeFiles]
) -> dict[str, pd.DataFrame]:
    """Trace the curve of each binary factor's best probe, on test and of the first training seed.

    Args:
        samples: the dataset; with folds, the decision values of all folds share one threshold.
        factors: of its samples.
        representations: what was computed of each.

    Returns:
        ``roc``: a row per point of a curve, from (0, 0) to (1, 1), at most 60 of each: the shares of negatives
        (``false_positive``) and positives (``true_positive``) that are called positive.
    """
    evaluator = Evaluator(samples, factors)
    tables = []
    for name, files in representations.items():
        binary = [factor for factor in evaluator.factors if factor.kind == "binary"]
        for factor, probe, scores in best_predictions(files, binary, evaluator.sample_ids):
            known = factor.known & ~np.isnan(scores)
            columns = {"factor": factor.name, "representation": name, "probe": probe}
            points = roc_points(scores[known], factor.values[known] == 1)
            tables.append(pd.DataFrame(points, columns=COLUMNS[3:]).assign(**columns))
    return {"roc": pd.concat(tables)[COLUMNS] if tables else pd.DataFrame(columns=COLUMNS)}


def roc_points(scores: np.ndarray, positive: np.ndarray, most: int = MOST_POINTS) -> np.ndarray:
    """Return points of the curve, [p, 2]: the share of negatives and of positives at or above a threshold.

    Args:
        scores: [n], decision values; equal ones share a point.
        positive: bool [n]; no points where all or none are.
        most: points; of more, evenly many rows lie between two.
    """
    if positive.all() or not positive.any():
        return np.empty((0, 2))
    order = np.argsort(-scores, kind="stable")
    last = np.append(np.flatnonzero(np.diff(scores[order])), len(scores) - 1)  # of rows with equal scores
    counts = np.cumsum(np.stack([~positive[order], positive[order]], axis=1), axis=0)[last]
    points: np.ndarray = np.vstack([np.zeros(2), counts / counts[-1]])
    kept = np.unique(np.linspace(0, len(points) - 1, most).round().astype(int))
    chosen: np.ndarray = points[kept]
    return chosen

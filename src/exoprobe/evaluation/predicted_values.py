"""What the best probe predicts where a factor has which value, on test: confusions of classes, spread of numbers."""

from collections import Counter
from collections.abc import Iterator, Mapping
from itertools import chain
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.probe_files import ProbeFiles, best_predictions
from exoprobe.probes.skill import predicted_codes

COLUMNS = ["factor", "kind", "representation", "probe", "binned", "true", "predicted", "low", "high", "rows"]
BY_TRUE, BY_PREDICTED = "true", "predicted"
MOST_CLASSES = 30  # the most frequent ones; the others are taken together
OTHERS = "all others"
BINS = 10  # of numbers, with equally many rows, and of angles, equally wide
SPREAD = (0.1, 0.9)  # quantiles of the predictions of a bin

Cell = dict[str, object]


def predicted_table(
    samples: str | Path, factors: str | Path, representations: Mapping[str, ProbeFiles]
) -> dict[str, pd.DataFrame]:
    """Compare the predictions of each factor's best probe with its values, on test and of the first training seed.

    Args:
        samples: the dataset.
        factors: of its samples.
        representations: what was computed of each.

    Returns:
        ``predicted``. Of classes, a row per true and predicted class that occur together, with how many ``rows``. Of
        numbers and angles, in the factor's unit, a row per bin of the true values (``binned``: true): their mean, the
        median prediction, and its quantiles of 10 and 90 % (``low``, ``high``); and a row per bin of the predictions
        (``binned``: predicted): their mean, and the median true value. Of calibrated predictions both are equal.
    """
    evaluator = Evaluator(samples, factors)
    rows: list[Cell] = []
    for name, files in representations.items():
        for factor, probe, predicted in best_predictions(files, evaluator.factors, evaluator.sample_ids):
            columns = {"factor": factor.name, "kind": factor.kind, "representation": name, "probe": probe}
            rows += [columns | cell for cell in _cells(factor, predicted)]
    return {"predicted": pd.DataFrame(rows, columns=COLUMNS)}


def _cells(factor: Factor, predicted: np.ndarray) -> Iterator[Cell]:
    known = factor.known & ~np.isnan(predicted)
    values, predicted = factor.values[known], predicted[known]
    if not len(values):
        return iter(())
    if factor.kind in CLASSES:
        return _confusions(factor, values.astype(int), predicted)
    cut = _number_bins
    if factor.kind == "angle":
        cut, middle = _angle_bins, (values.min() + values.max()) / 2
        predicted = middle + (predicted - middle + 180) % 360 - 180  # written as the true values are
    by_predicted = cut(predicted, values)
    swapped = (cell | {"true": cell["predicted"], "predicted": cell["true"]} for cell in by_predicted)
    nothing = {"low": np.nan, "high": np.nan, "binned": BY_PREDICTED}
    return chain(cut(values, predicted), (cell | nothing for cell in swapped))


def _confusions(factor: Factor, values: np.ndarray, predicted: np.ndarray) -> Iterator[Cell]:
    """Yield the counts of true and predicted classes."""
    names = list(factor.categories)
    guesses = predicted_codes(factor, predicted).astype(int)
    frequent = np.argsort(-np.bincount(values, minlength=len(names)), kind="stable")[:MOST_CLASSES]
    if len(names) > MOST_CLASSES:
        names = [name if code in frequent else OTHERS for code, name in enumerate(names)]
    pairs = Counter((names[code], names[guess]) for code, guess in zip(values, guesses, strict=True))
    for (true, guess), count in sorted(pairs.items()):
        yield {"binned": BY_TRUE, "true": true, "predicted": guess, "low": np.nan, "high": np.nan, "rows": count}


def _number_bins(values: np.ndarray, predicted: np.ndarray) -> Iterator[Cell]:
    edges = np.unique(np.quantile(values, np.linspace(0, 1, BINS + 1)[1:-1]))
    bins = np.searchsorted(edges, values, side="left")
    for code in np.unique(bins):
        inside = bins == code
        yield _bin(values[inside].mean(), predicted[inside])


def _angle_bins(values: np.ndarray, predicted: np.ndarray) -> Iterator[Cell]:
    """Yield bins around the circle; predictions are within half a turn of the bin's mean."""
    width = 360 / BINS
    bins = np.floor(values % 360 / width)
    for code in np.unique(bins):
        inside = bins == code
        mean = values[inside].mean() if np.ptp(values[inside]) <= width else (code + 0.5) * width
        yield _bin(mean, mean + (predicted[inside] - mean + 180) % 360 - 180)


def _bin(mean: float, predicted: np.ndarray) -> Cell:
    low, median, high = np.quantile(predicted, [SPREAD[0], 0.5, SPREAD[1]])
    return {
        "binned": BY_TRUE, "true": f"{mean:.6g}", "predicted": f"{median:.6g}", "low": low, "high": high,
        "rows": len(predicted),
    }  # fmt: skip

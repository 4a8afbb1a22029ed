"""How well classes are recognized that a network was not trained on, beside those that it was."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.evaluation.identification import Gallery, rank_one
from exoprobe.evaluation.intervals import group_sums, group_weights, interval
from exoprobe.evaluation.recognition import UNDEFINED, Measured
from exoprobe.evaluation.verification import (
    area_under_curve,
    count_pairs,
    equal_error_rate,
    true_match_rates,
    verification_rows,
)
from exoprobe.features.feature_file import read_features

FALSE_MATCH_RATES = np.logspace(-3, 0, 31)
COLUMNS = ["enrolled", "measure", "false_match_rate", "value", "low", "high"]
Key = tuple[str, float]  # measure, false match rate


@dataclass(frozen=True)
class Trial:
    """What is recognized by one network.

    Attributes:
        features: float32 or float64 [N, D], of a dataset's rows.
        enrollable: bool [N], from which images are enrolled.
        tested: bool [N]; may be the same rows.
    """

    features: np.ndarray
    enrollable: np.ndarray
    tested: np.ndarray


def read_float32(path: str | Path, dataset_digest: str) -> np.ndarray:
    """Read a feature file [N, D] to compute with, however it is stored."""
    return read_features(path, dataset_digest=dataset_digest).astype(np.float32, copy=False)


def recognize(
    trials: Sequence[Trial],
    labels: np.ndarray,
    groups: np.ndarray,
    *,
    classes: int,
    enrolled: Iterable[int | None],
) -> pd.DataFrame:
    """Verify pairs of tested images of different sources, and identify tested images among those enrolled.

    Thresholds are comparable within a trial only, since each has a network of its own: verification is measured in
    each, and averaged.

    Args:
        trials: the networks, of different rounds.
        labels: int [N].
        groups: int [N], the source digit or the person: what is resampled for intervals.
        classes: of the gallery, drawn at random where there are more, so that few classes are no easier than many.
        enrolled: images of each class, None for all.

    Returns:
        Columns ``enrolled, measure, false_match_rate, value, low, high``, numbers in percent, intervals of 95 %:
        ``equal_error_rate``, ``auc`` and, at each of the ``false_match_rate``, ``true_match_rate`` of pairs;
        ``rank_1`` with ``enrolled`` images of each class.
    """
    tested = np.any([trial.tested for trial in trials], axis=0)
    names, weights = np.unique(groups[tested]), group_weights(groups[tested])
    rows = [("", *key, measured) for key, measured in _verify(trials, labels, groups, names, weights).items()]
    for images in enrolled:
        measured = _identify(trials, labels, groups, Gallery(classes, images), weights)
        rows.append(("all" if images is None else str(images), "rank_1", np.nan, measured))
    return pd.DataFrame([_in_percent(*row, len(names)) for row in rows], columns=COLUMNS)


def _verify(
    trials: Sequence[Trial], labels: np.ndarray, groups: np.ndarray, names: np.ndarray, weights: np.ndarray
) -> dict[Key, Measured]:
    """Average verification over the trials, the groups ``names`` drawn with the weights [RESAMPLES, G]."""
    found = []
    for trial in trials:
        tested = np.flatnonzero(trial.tested)
        rows = tested[verification_rows(labels[tested], groups[tested])]
        drawn = weights[:, np.searchsorted(names, np.unique(groups[rows]))]
        counts = count_pairs(
            trial.features[rows],
            labels[rows],
            groups[rows],
            label_is_group=np.array_equal(labels, groups),
            # As many in each draw: pairs of groups are weighed to first order about one of each.
            weights=drawn * drawn.shape[1] / np.maximum(drawn.sum(1, keepdims=True), 1),
        )
        curve = [UNDEFINED] * len(FALSE_MATCH_RATES)
        found.append({("equal_error_rate", np.nan): UNDEFINED, ("auc", np.nan): UNDEFINED})
        if counts is not None:
            found[-1] = {
                ("equal_error_rate", np.nan): equal_error_rate(counts),
                ("auc", np.nan): area_under_curve(counts),
            }
            curve = true_match_rates(counts, FALSE_MATCH_RATES)
        found[-1] |= dict(zip([("true_match_rate", rate) for rate in FALSE_MATCH_RATES], curve, strict=True))
    return {key: _average([one[key] for one in found]) for key in found[0]}


def _identify(
    trials: Sequence[Trial], labels: np.ndarray, groups: np.ndarray, gallery: Gallery, weights: np.ndarray
) -> Measured:
    """Measure rank-1 recognition, over each image's mean over the trials that test it."""
    shares = np.stack(
        [
            rank_one(trial.features, labels, trial.enrollable, trial.tested, gallery, seed=number)
            for number, trial in enumerate(trials)
        ]
    )
    tested = np.any([trial.tested for trial in trials], axis=0)
    asked = np.isfinite(shares)
    right = np.where(asked, shares, 0).sum(0) / np.maximum(asked.sum(0), 1)
    sums = group_sums(groups[tested], np.stack([right, asked.any(0)], axis=1)[tested])
    draws = weights @ sums
    return Measured(sums[:, 0].sum() / sums[:, 1].sum(), draws[:, 0] / draws[:, 1])


def _average(measured: Sequence[Measured]) -> Measured:
    return Measured(float(np.mean([one.value for one in measured])), np.mean([one.draws for one in measured], axis=0))


def _in_percent(enrolled: str, measure: str, rate: float, measured: Measured, groups: int) -> tuple:
    low, high = interval(measured.draws, groups)
    return enrolled, measure, 100 * rate, 100 * measured.value, 100 * low, 100 * high

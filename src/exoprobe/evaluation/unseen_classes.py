"""How well classes are recognized that a network was not trained on, compared with those that it was trained on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.evaluation.identification import Gallery, rank_1
from exoprobe.evaluation.intervals import group_sums, group_weights, interval
from exoprobe.evaluation.recognition import UNDEFINED, Estimate
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
        queries: bool [N], the images to identify; may be the same rows.
    """

    features: np.ndarray
    enrollable: np.ndarray
    queries: np.ndarray


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
    """Verify pairs of queried images of different sources, and identify queried images among those enrolled.

    Thresholds are comparable within a trial only, since each has a network of its own: verification is measured in
    each, and averaged.

    Args:
        trials: the networks, of different folds.
        labels: int [N].
        groups: int [N], the source digit or the identity: what is resampled for intervals.
        classes: of the gallery, drawn at random where there are more, so that few classes are no easier than many.
        enrolled: images of each class, None for all.

    Returns:
        Columns ``enrolled, measure, false_match_rate, value, low, high``, numbers in percent, intervals of 95 %:
        ``equal_error_rate``, ``auc`` and, at each of the ``false_match_rate``, ``true_match_rate`` of pairs;
        ``rank_1`` with ``enrolled`` images of each class.
    """
    queries = np.any([trial.queries for trial in trials], axis=0)
    names, weights = np.unique(groups[queries]), group_weights(groups[queries])
    rows = [("", *key, estimate) for key, estimate in _verify(trials, labels, groups, names, weights).items()]
    for images in enrolled:
        estimate = _identify(trials, labels, groups, Gallery(classes, images), weights)
        rows.append(("all" if images is None else str(images), "rank_1", np.nan, estimate))
    return pd.DataFrame([_in_percent(*row, len(names)) for row in rows], columns=COLUMNS)


def _verify(
    trials: Sequence[Trial], labels: np.ndarray, groups: np.ndarray, names: np.ndarray, weights: np.ndarray
) -> dict[Key, Estimate]:
    """Average verification over the trials, the groups ``names`` drawn with the weights [RESAMPLES, G]."""
    by_trial = []
    for trial in trials:
        queries = np.flatnonzero(trial.queries)
        rows = queries[verification_rows(labels[queries], groups[queries])]
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
        by_trial.append({("equal_error_rate", np.nan): UNDEFINED, ("auc", np.nan): UNDEFINED})
        if counts is not None:
            by_trial[-1] = {
                ("equal_error_rate", np.nan): equal_error_rate(counts),
                ("auc", np.nan): area_under_curve(counts),
            }
            curve = true_match_rates(counts, FALSE_MATCH_RATES)
        by_trial[-1] |= dict(zip([("true_match_rate", rate) for rate in FALSE_MATCH_RATES], curve, strict=True))
    return {key: _average([estimates[key] for estimates in by_trial]) for key in by_trial[0]}


def _identify(
    trials: Sequence[Trial], labels: np.ndarray, groups: np.ndarray, gallery: Gallery, weights: np.ndarray
) -> Estimate:
    """Measure rank-1 recognition, over each image's mean over the trials in which it is a query."""
    shares = np.stack(
        [
            rank_1(trial.features, labels, trial.enrollable, trial.queries, gallery, seed=number)
            for number, trial in enumerate(trials)
        ]
    )
    queries = np.any([trial.queries for trial in trials], axis=0)
    asked = np.isfinite(shares)
    right = np.where(asked, shares, 0).sum(0) / np.maximum(asked.sum(0), 1)
    sums = group_sums(groups[queries], np.stack([right, asked.any(0)], axis=1)[queries])
    draws = weights @ sums
    return Estimate(sums[:, 0].sum() / sums[:, 1].sum(), draws[:, 0] / draws[:, 1])


def _average(estimates: Sequence[Estimate]) -> Estimate:
    value = float(np.mean([estimate.value for estimate in estimates]))
    return Estimate(value, np.mean([estimate.draws for estimate in estimates], axis=0))


def _in_percent(
    enrolled: str, measure: str, rate: float, estimate: Estimate, groups: int
) -> tuple[str, str, float, float, float, float]:
    low, high = interval(estimate.draws, groups)
    return enrolled, measure, 100 * rate, 100 * estimate.value, 100 * float(low), 100 * float(high)

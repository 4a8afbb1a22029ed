"""Recognition of the label within each value of a factor, and how it trades its two errors (DET curve).

Within a value, all rows share it, so that pairs of two people differ by the person alone. This is how differences
between demographic groups are measured (Grother, Ngan and Hanaoka 2019, NISTIR 8280).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from exoprobe.datasets.factors import Factor, read_factors
from exoprobe.datasets.folds import Fold, plan_folds
from exoprobe.datasets.samples import dataset_digest, label_codes, read_samples
from exoprobe.evaluation.binning import factor_bins
from exoprobe.evaluation.intervals import LEAST_GROUPS, group_sums, group_weights, interval
from exoprobe.evaluation.recognition import Estimate, label_means
from exoprobe.evaluation.recognition_effect import MOST_LABELS
from exoprobe.evaluation.verification import count_pairs, equal_error_rate, true_match_rates, verification_rows
from exoprobe.features.blocks import FileBlocks
from exoprobe.features.cosine import cosine_similarities
from exoprobe.features.drawn_rows import take_rows

BINS = 4  # of a number or an angle
MOST_VALUES = 12  # of a factor: the most frequent ones
ACCURACY, ERROR_RATE = "label_accuracy", "equal_error_rate"
RATES = ndtr(np.linspace(ndtri(1e-4), ndtri(0.5), 25))  # false match rates, evenly spaced on the curve's axes
LEAST_PAIRS = 10  # impostor pairs that the lowest false match rate rests on
BY_COLUMNS = [
    *("factor", "subgroup", "measure", "value", "low", "high"),
    *("difference", "difference_low", "difference_high", "rows", "groups"),
]
DET_COLUMNS = ["false_match", "false_non_match", "low", "high"]


@dataclass(frozen=True)
class _Test:
    """The n rows that recognition is measured on.

    Attributes:
        rows: int [n], in the dataset.
        features: [n, D].
        labels: int [n], all known.
        groups: int [n], from 0 to G − 1.
        weights: int [RESAMPLES, G], how often each group is drawn.
        label_is_group: whether labels are groups.
        correct: [n], whether the nearest class mean is that of the row's label; None where verification is measured.
    """

    rows: np.ndarray
    features: np.ndarray
    labels: np.ndarray
    groups: np.ndarray
    weights: np.ndarray
    label_is_group: bool
    correct: np.ndarray | None


def recognition_tables(
    samples: str | Path, factors: str | Path, features: str | Path, *, label_is_group: bool
) -> dict[str, pd.DataFrame]:
    """Measure recognition on test as a whole, and within each value of each factor.

    Args:
        samples: the dataset; with folds, every row is a test row. Of many rows, whole groups are drawn.
        factors: of its samples.
        features: the representation.
        label_is_group: whether labels are groups, none of which is in both train and test.

    Returns:
        ``recognition_by``: a row per factor and value (``subgroup``; numbers and angles in four bins): ``measure``,
        which is ``label_accuracy`` by the nearest class mean or, where training has no labels of test,
        ``equal_error_rate`` of the pairs within the value; its ``value``; its ``difference`` from the mean of the
        factor's other values; their 95 % intervals (a bootstrap over groups); ``rows`` and ``groups``. Values of fewer
        than five groups are left out.
        ``det``: a row per point: ``false_match``, ``false_non_match`` and its interval, as shares of the pairs.
    """
    test = _open_test(samples, features, label_is_group=label_is_group)
    known = read_factors(factors, dataset_digest(samples)) if test else []
    rows = [row for factor in known for row in _by_value(test, factor)] if test else []
    return {"recognition_by": pd.DataFrame(rows, columns=BY_COLUMNS), "det": _det(test)}


def _open_test(samples: str | Path, features: str | Path, *, label_is_group: bool) -> _Test | None:
    """Read the rows of test whose label is known; None where there are none."""
    columns = read_samples(samples, ["group", "split", "label"])
    labels = label_codes(columns["label"])
    planned = plan_folds(columns["group"], columns["split"])
    test_rows = np.flatnonzero(np.any([fold.test for fold in planned], axis=0))
    rows = test_rows[verification_rows(labels[test_rows], columns["group"][test_rows])]
    if not len(rows):
        return None
    digest = dataset_digest(samples)
    taken = take_rows(FileBlocks(features, dataset_digest=digest), rows)
    _, groups = np.unique(columns["group"][rows], return_inverse=True)
    correct = None
    if not label_is_group and len(np.unique(labels)) <= MOST_LABELS:
        correct = _correct(planned, features, digest, labels, rows, taken)
    return _Test(rows, taken, labels[rows], groups, group_weights(groups), label_is_group, correct)


def _correct(
    planned: Sequence[Fold], features: str | Path, digest: str, labels: np.ndarray, rows: np.ndarray, taken: np.ndarray
) -> np.ndarray | None:
    """Return whether the nearest class mean is the row's own, [n]; None where training has none of these classes."""
    correct = np.full(len(rows), np.nan)
    for fold in planned:
        means, names = label_means(FileBlocks(features, fold.train, dataset_digest=digest), labels[fold.train])
        here = fold.test[rows] & np.isin(labels[rows], names)
        if here.any():
            predicted = names[cosine_similarities(taken[here].astype(np.float64), means).argmax(1)]
            correct[here] = predicted == labels[rows][here]
    return None if np.isnan(correct).all() else correct


def _by_value(test: _Test, factor: Factor) -> list[dict[str, object]]:
    """Return the rows of one factor; none where fewer than two of its values can be measured."""
    bins = factor_bins(factor.at(test.rows), BINS)
    counts = np.bincount(bins.codes[bins.codes >= 0], minlength=len(bins.names))
    estimates = {}
    for code in sorted(np.argsort(-counts, kind="stable")[:MOST_VALUES]):
        inside = bins.codes == code
        estimate = _recognize(test, inside)
        if estimate is not None and np.isfinite(estimate.value):
            estimates[bins.names[code]] = (estimate, inside)
    if len(estimates) < 2:
        return []
    return [{"factor": factor.name, **_row(test, name, estimates)} for name in estimates]


def _row(test: _Test, name: str, estimates: Mapping[str, tuple[Estimate, np.ndarray]]) -> dict[str, object]:
    estimate, inside = estimates[name]
    groups = len(np.unique(test.groups[inside]))
    others = [other for value, (other, _) in estimates.items() if value != name]
    apart = estimate.draws - np.mean([other.draws for other in others], axis=0)
    least = min(len(np.unique(test.groups[rows])) for _, rows in estimates.values())
    low, high = interval(estimate.draws, groups)
    difference_low, difference_high = interval(apart, least)
    return {
        "subgroup": name,
        "measure": ERROR_RATE if test.correct is None else ACCURACY,
        "value": estimate.value, "low": low, "high": high,
        "difference": estimate.value - np.mean([other.value for other in others]),
        "difference_low": difference_low, "difference_high": difference_high,
        "rows": int(inside.sum()), "groups": groups,
    }  # fmt: skip


def _recognize(test: _Test, inside: np.ndarray) -> Estimate | None:
    """Measure recognition among these rows, bool [n]; None where they are of too few groups or pairs."""
    if test.correct is not None:
        inside &= ~np.isnan(test.correct)
    present = np.unique(test.groups[inside])
    if len(present) < LEAST_GROUPS:
        return None
    weights = test.weights[:, present]
    if test.correct is not None:
        sums = group_sums(test.groups[inside], np.stack([test.correct[inside], np.ones(inside.sum())], axis=1))
        drawn = weights @ sums
        with np.errstate(invalid="ignore"):  # a draw without any of these groups
            return Estimate(float(test.correct[inside].mean()), drawn[:, 0] / drawn[:, 1])
    counts = count_pairs(
        test.features[inside], test.labels[inside], test.groups[inside],
        label_is_group=test.label_is_group, weights=weights,
    )  # fmt: skip
    return None if counts is None else equal_error_rate(counts)


def _det(test: _Test | None) -> pd.DataFrame:
    if test is None:
        return pd.DataFrame(columns=DET_COLUMNS)
    counts = count_pairs(
        test.features, test.labels, test.groups, label_is_group=test.label_is_group, weights=test.weights
    )
    if counts is None:
        return pd.DataFrame(columns=DET_COLUMNS)
    rates = RATES[RATES * counts.impostor[0].sum() >= LEAST_PAIRS]
    groups = len(test.weights[0])
    rows = []
    for rate, estimate in zip(rates, true_match_rates(counts, rates), strict=True):
        low, high = interval(1 - estimate.draws, groups)
        rows.append([rate, 1 - estimate.value, low, high])
    return pd.DataFrame(rows, columns=DET_COLUMNS)

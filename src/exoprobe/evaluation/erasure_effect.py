"""What it costs to remove a factor: probes again after least-squares concept erasure, and recognition."""

import logging
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.bootstrap import BootstrapResult
from exoprobe.evaluation.erased_fold import MAX_TEST, ErasedFold, erase_fold, fit_factor_erasers
from exoprobe.evaluation.erasure_rows import HALVES, erasable, erasure_rows, split_rows
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.recognition_effect import RecognitionEffect
from exoprobe.probes.probe_data import ProbeData, Representation
from exoprobe.progress import progress

log = logging.getLogger(__name__)

ROUNDING = 1e-9  # of a skill
LEAST_SQUARES = "least squares"  # the probe of the other factors: fitted from moments alone
COLUMNS = [
    *("erased", "probed", "probe", "skill_before", "skill", "skill_low", "skill_high"),
    *("change", "change_low", "change_high", "at_baseline"),
]


def erasure_tables(
    source: Representation,
    samples: str | Path,
    factors: str | Path,
    probes: Sequence[str],
    *,
    label_is_group: bool = False,
) -> dict[str, pd.DataFrame]:
    """Erase each factor in turn, and fit probes before and after.

    Erasers are fitted on one half of the training groups, and probes on the other (see
    :mod:`exoprobe.evaluation.erasure_rows`), so that an erasure is judged on groups that it has not seen. The erased
    factor is predicted by every probe, tuned anew; every other factor by ridge regression, with the alpha that was best
    before the erasure. With folds, each is test once.

    Args:
        source: the representation.
        samples: its dataset.
        factors: of its samples.
        probes: the names of the probes.
        label_is_group: whether the labels, that the representation is meant to encode, are the groups.

    Returns:
        ``erasure``: ``erased``, ``probed``, ``probe``, ``skill_before`` (of the same rows, without an erasure),
        ``skill``, ``change`` with their intervals, ``at_baseline`` (of the erased factor: not surely better than its
        mean in training);
        ``recognition``: see :mod:`exoprobe.evaluation.recognition_effect`.
        Both lack factors of which too few groups hold the values.
    """
    named = [source.factors[name] for name in source.factor_names]
    planned = erasure_rows(source, named)
    erased = [factor for factor in named if erasable(factor, planned)]
    if not erased:
        return {
            "erasure": pd.DataFrame(columns=COLUMNS),
            "recognition": _recognition(source, [], [], label_is_group=label_is_group),
        }
    with progress(2 * len(planned) * len(probes), "probe", log, f"erasing {len(erased)} factors") as bar:
        folds = [erase_fold(source, rows, erased, probes, bar) for rows in planned]
    evaluator = Evaluator(samples, factors, np.any([fold.data.rows["test"] for fold in folds], axis=0))
    table = pd.DataFrame(_rows(erased, folds, evaluator), columns=COLUMNS)
    return {"erasure": table, "recognition": _recognition(source, folds, erased, label_is_group=label_is_group)}


def _rows(factors: Sequence[Factor], folds: Sequence[ErasedFold], evaluator: Evaluator) -> Iterator[dict[str, object]]:
    """Yield the rows of the erased factors, and then of the others."""
    position = {factor.name: index for index, factor in enumerate(evaluator.factors)}
    for index, factor in enumerate(factors):
        yield from _erased_factor(index, factor, folds, evaluator, position[factor.name])
    for index, factor in enumerate(factors):
        yield from _other_factors(index, factors, folds, evaluator, position[factor.name])


def _erased_factor(
    index: int, factor: Factor, folds: Sequence[ErasedFold], evaluator: Evaluator, position: int
) -> Iterator[dict[str, object]]:
    """Yield a row per probe of the erased factor."""
    means = [np.full(int(fold.data.rows["test"].sum()), fold.means[index]) for fold in folds]
    baseline = evaluator.score(position, np.concatenate(means)[:, None])
    for probe in folds[0].before[index]:
        before, after = (
            np.concatenate([predictions[index][probe] for predictions in by_fold])
            for by_fold in ([fold.before for fold in folds], [fold.after for fold in folds])
        )
        was, now = evaluator.score(position, before[:, None]), evaluator.score(position, after[:, None])
        _, low, _ = now.change(baseline)
        yield {**_row(factor, factor, probe, was, now), "at_baseline": not low > ROUNDING}


def _other_factors(
    index: int, factors: Sequence[Factor], folds: Sequence[ErasedFold], evaluator: Evaluator, position: int
) -> Iterator[dict[str, object]]:
    """Yield a row per erased other factor, as least squares predict this one."""
    predicted = np.concatenate([fold.least_squares[index] for fold in folds])
    was, *after = [evaluator.score(position, values[:, None]) for values in predicted.T]
    for erased, now in zip(factors, after, strict=True):
        if erased is not factors[index]:
            yield _row(erased, factors[index], LEAST_SQUARES, was, now)


def _recognition(
    source: Representation, folds: Sequence[ErasedFold], factors: Sequence[Factor], *, label_is_group: bool
) -> pd.DataFrame:
    """Measure recognition; of several folds, on one half of the groups, with erasers fitted on the other half."""
    if len(folds) == 1:
        data, erasers = folds[0].data, folds[0].erasers
    else:
        halves = split_rows(source.groups, np.ones(len(source.groups), bool), factors, HALVES)
        nothing = np.zeros(len(halves), bool)
        data = ProbeData(source, {"train": halves == 0, "validation": nothing, "test": halves == 1}, MAX_TEST)
        learned = [factor.learned_from(halves == 0) for factor in factors]
        erasers = fit_factor_erasers(data, learned, halves == 0) if factors else []
    return RecognitionEffect(data, label_is_group=label_is_group).table(factors, erasers)


def _row(erased: Factor, factor: Factor, probe: str, was: BootstrapResult, now: BootstrapResult) -> dict[str, object]:
    low, high = now.interval("skill")
    change, change_low, change_high = now.change(was)
    return {
        "erased": erased.name,
        "probed": factor.name,
        "probe": probe,
        "skill_before": was.value("skill"),
        "skill": now.value("skill"),
        "skill_low": low,
        "skill_high": high,
        "change": change,
        "change_low": change_low,
        "change_high": change_high,
    }

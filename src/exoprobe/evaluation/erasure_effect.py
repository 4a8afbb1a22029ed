"""What it costs to remove a factor: all probes again after least-squares concept erasure, and recognition."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.embeddings.erasure import Eraser, fit_erasers
from exoprobe.evaluation.bootstrap import BootstrapResult
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.recognition_effect import RecognitionEffect
from exoprobe.probes.base import find_probe
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.nested_models import choose_alphas, predict_values
from exoprobe.probes.predictions import Predictions
from exoprobe.probes.probe_data import FoldData, ProbeData, Representation, open_fold
from exoprobe.probes.ridge import ridge_coefficients, ridge_of
from exoprobe.probes.targets import join_targets, mean_value
from exoprobe.probes.tuning import run_probe
from exoprobe.progress import progress

log = logging.getLogger(__name__)

MAX_TEST = 50_000  # rows
ROUNDING = 1e-9  # of a skill
LEAST_SQUARES = "least squares"  # the probe of the other factors: fitted from moments alone


def erasure_tables(
    source: Representation,
    samples: str | Path,
    factors: str | Path,
    predictions: str | Path,
    *,
    label_is_group: bool = False,
) -> dict[str, pd.DataFrame]:
    """Erase each factor in turn, fit every probe again, and compare with the predictions before.

    The erasers are fitted on train. The erased factor is predicted by every probe, tuned anew; every other factor by
    ridge regression, with the alpha that was best before the erasure.

    Args:
        source: the representation, with one split.
        samples: its dataset.
        factors: of its samples.
        predictions: file of :func:`exoprobe.probes.run.probe`, of the probes to fit again.
        label_is_group: whether the labels, that the representation is meant to encode, are the groups.

    Returns:
        ``erasure``: ``erased``, ``probed``, ``probe``, ``skill_before``, ``skill``, ``change`` with their intervals,
        ``at_baseline`` (of the erased factor: not surely better than its mean in training);
        ``recognition``: see :mod:`exoprobe.evaluation.recognition_effect`.
    """
    (fold,) = source.folds()
    data = open_fold(source, fold, MAX_TEST)
    evaluator = Evaluator(samples, factors, data.final.rows["test"])
    train = data.final.rows["train"]
    learned = [source.factors[name].learned_from(train) for name in source.factor_names]
    trained = [factor.at(train) for factor in learned]
    moments = FactorMoments(data.final.blocks(train), trained, source.groups[train])
    erasers = fit_erasers(moments.whole, moments.columns)
    before = _before(Predictions(predictions), evaluator.sample_ids, learned)
    after = _after(data, learned, erasers, list(before[0]))
    rows: list[dict[str, object]] = []
    for index, factor in enumerate(learned):
        rows += _erased_factor(index, factor, before[index], after[index], evaluator, mean_value(trained[index]))
    rows += _other_factors(data.final, learned, evaluator, moments, erasers)
    recognition = RecognitionEffect(data.final, label_is_group=label_is_group).table(learned, erasers)
    return {"erasure": pd.DataFrame(rows), "recognition": recognition}


def _before(predictions: Predictions, sample_ids: np.ndarray, factors: Sequence[Factor]) -> list[dict[str, np.ndarray]]:
    """Return for each factor the predictions [n] of the samples by probe."""
    rows = np.searchsorted(predictions.sample_ids, sample_ids)
    return [
        {probe: predictions["", probe, factor.name][rows] for probe in predictions.probes_of(factor.name)}
        for factor in factors
    ]


def _after(
    data: FoldData, factors: Sequence[Factor], erasers: Sequence[Eraser], probes: Sequence[str]
) -> list[dict[str, np.ndarray]]:
    """Fit every probe again after the erasure of each factor; return for each factor the predictions [n] by probe."""
    predictions: dict[str, dict[str, np.ndarray]] = {factor.name: {} for factor in factors}
    targets = join_targets(factors)
    with progress(len(probes), "probe", log, f"erasing {len(factors)} factors") as bar:
        for name in probes:
            bar.set_postfix_str(name)
            for result in run_probe(name, find_probe(name), data, targets, erasers):
                for index, factor in enumerate(result.targets.factors):
                    predictions[factor.name][name] = result.values[:, index]
            bar.update()
    return [predictions[factor.name] for factor in factors]


def _erased_factor(
    index: int,
    factor: Factor,
    before: Mapping[str, np.ndarray],
    after: Mapping[str, np.ndarray],
    evaluator: Evaluator,
    mean: float,
) -> Iterator[dict[str, object]]:
    """Yield a row per probe of the erased factor."""
    baseline = evaluator.score(index, np.full((len(evaluator.groups), 1), mean))
    for probe, predicted in before.items():
        was = evaluator.score(index, predicted[:, None])
        now = evaluator.score(index, after[probe][:, None])
        _, low, _ = now.change(baseline)
        yield {**_row(factor, factor, probe, was, now), "at_baseline": not low > ROUNDING}


def _other_factors(
    data: ProbeData,
    factors: Sequence[Factor],
    evaluator: Evaluator,
    moments: FactorMoments,
    erasers: Sequence[Eraser],
) -> Iterator[dict[str, object]]:
    """Yield a row per erased factor and other factor, as predicted by least squares."""
    coefficients = _coefficients(moments, choose_alphas(moments), erasers)
    features = data.array(data.rows["test"])
    for index, factor in enumerate(factors):
        models = coefficients[:, moments.columns[index]]
        predicted = predict_values(factor, models, features, moments, index)
        was, *after = [evaluator.score(index, values[:, None]) for values in predicted.T]
        for erased, now in zip(factors, after, strict=True):
            if erased is not factor:
                yield _row(erased, factor, LEAST_SQUARES, was, now)


def _coefficients(moments: FactorMoments, alphas: np.ndarray, erasers: Sequence[Eraser]) -> np.ndarray:
    """Fit all targets [T] before any erasure and after each; return the models of features before it.

    Returns:
        float64 [1 + number of erasers, T, D].
    """
    models = np.empty((1 + len(erasers), *moments.whole.cross.T.shape))
    for index, factors in enumerate(moments.together):
        shared, columns = moments.of_together(index)
        targets = np.concatenate([np.r_[moments.columns[factor]] for factor in factors])
        of_target = np.repeat(alphas[factors], [block.stop - block.start for block in columns])
        for coefficients, eraser in zip(models, (None, *erasers), strict=True):
            gram, cross = (
                (shared.gram, shared.cross) if eraser is None else eraser.erase_moments(shared.gram, shared.cross)
            )
            for alpha in np.unique(of_target):
                chosen = of_target == alpha
                ridge = ridge_of(shared.gram, alpha)
                coefficients[targets[chosen]] = ridge_coefficients(gram, cross[:, chosen], ridge)
    for coefficients, eraser in zip(models[1:], erasers, strict=True):
        coefficients -= (coefficients @ eraser.left) @ eraser.right.T
    return models


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

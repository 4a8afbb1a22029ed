"""Is a factor encoded beyond what the label, or other factors, already imply?

For each factor and the columns that it is set against: the skill of these columns alone, that of features and columns
together, and the difference, on unseen groups, with intervals; the same in bits (conditional V-information, Xu et al.
2020, Hewitt et al. 2021); and a test of conditional independence (:mod:`exoprobe.evaluation.conditional_independence`).
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.association import columns_with_roles
from exoprobe.evaluation.bootstrap import BootstrapResult
from exoprobe.evaluation.conditional_independence import GivenResiduals
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.intervals import interval
from exoprobe.evaluation.predictable_rows import row_bits
from exoprobe.evaluation.probe_files import ProbeFiles, best_on_validation
from exoprobe.probes.given import GivenPrediction, predict_given
from exoprobe.probes.given_columns import AGAINST_NOTHING, choose_given
from exoprobe.probes.given_design import given_design
from exoprobe.probes.predictions import Predictions
from exoprobe.probes.probe_data import Representation
from exoprobe.probes.targets import factor_targets

ESTIMATES = [
    *("factor", "kind", "given", "source", "given_skill", "skill", "beyond", "beyond_low", "beyond_high"),
    *("bits", "bits_low", "bits_high", "p", "rows", "groups", "unexplained", "varying_groups"),
    *("unit", "unit_values", "units_seen"),
]


def beyond_table(
    source: Representation,
    samples: str | Path,
    factors: str | Path,
    predictions: str | Path,
    search: str | Path,
    *,
    given: Sequence[str] | None,
    label: str | None,
) -> dict[str, pd.DataFrame]:
    """Set each factor against the given columns, or the label and its strongest other factor.

    Args:
        source: the representation of these samples.
        samples: the dataset.
        factors: of its samples.
        predictions: of all probes of the same features, for the test alone: the probe that was best on validation may
            find what the linear models do not.
        search: of these probes.
        given: names of factors, or of the label's column; None for the label and the strongest other factor.
        label: what the label's column is called; None where there is none, or it is the groups'.

    Returns:
        ``beyond``: a row per factor and set of columns, with the columns :data:`ESTIMATES`: the share of the factor's
        variance that the given columns leave ``unexplained`` in unseen groups, and ``varying_groups``, in how many
        test groups they leave any; the ``unit`` that it varies between where that is larger than the group, how many
        values it has, and how many of these are in train and in test.
        ``rows``: of :func:`exoprobe.evaluation.predictable_rows.row_bits`.

    Raises:
        ExoprobeError: where a given column is no factor of the audit.
    """
    evaluator = Evaluator(samples, factors)
    train = np.any([fold.train for fold in source.folds()], axis=0)
    audited = [source.factors[name].learned_from(train) for name in source.factor_names]
    columns = {factor.name: factor for factor in columns_with_roles(samples, audited, label=label, group=None)}
    sets = choose_given(audited, None if label is None else columns[label], given, source.groups)
    test = np.any([fold.test for fold in source.folds()], axis=0)
    indices = {factor.name: index for index, factor in enumerate(evaluator.factors)}
    probes, best = Predictions(predictions), best_on_validation(ProbeFiles([predictions], [search], [], control=False))
    residuals: dict[tuple[object, ...], GivenResiduals] = {}
    rows = []
    pairs = {factor.name: [*sets.get(factor.name, []), AGAINST_NOTHING] for factor in audited}
    predicted_given = predict_given(source, list(columns.values()), pairs)
    for prediction in (entry for entry in predicted_given if entry.given != AGAINST_NOTHING):
        index = indices[prediction.factor]
        known = np.isin(np.flatnonzero(test), prediction.rows)
        groups = evaluator.groups_of(index)[known]
        key = (*prediction.given.columns, prediction.rows.tobytes(), groups.tobytes())
        if key not in residuals:
            design = given_design([columns[name] for name in prediction.given.columns])
            residuals[key] = GivenResiduals(design[prediction.rows], groups)
        factor = columns[prediction.factor]
        predicted = _as_columns(factor, probes["", best[factor.name], factor.name][known])
        result = residuals[key].test(prediction.outcome, [prediction.contribution, predicted])
        scores = _scores(evaluator, index, prediction, known)
        rows.append({**_described(factor, prediction), **scores, "p": result.p, "varying_groups": result.groups})
    of_rows = row_bits([entry for entry in predicted_given if entry.given == AGAINST_NOTHING])
    return {"beyond": pd.DataFrame(rows, columns=ESTIMATES), "rows": of_rows}


def _described(factor: Factor, prediction: GivenPrediction) -> dict[str, object]:
    names = {"factor": factor.name, "kind": factor.kind, "given": ", ".join(prediction.given.columns)}
    return {**names, "source": prediction.given.source, "unexplained": prediction.unexplained}


def _scores(evaluator: Evaluator, index: int, prediction: GivenPrediction, known: np.ndarray) -> dict[str, object]:
    """Return both skills and their difference, and the bits, on the test rows where the factor is known, bool [n]."""
    results: list[BootstrapResult] = []
    for answers in (prediction.alone, prediction.both):
        values = np.full((len(known), 1), np.nan)
        values[known, 0] = answers
        results.append(evaluator.score(index, values))
    (alone, both), unit = results, evaluator.units[index]
    beyond, low, high = both.change(alone)
    statistics = np.stack([np.ones(len(prediction.rows)), prediction.bits], axis=1)
    total, drawn = evaluator.bootstrap_of(index).sums(statistics, known)
    with np.errstate(invalid="ignore", divide="ignore"):
        ends = interval(drawn[:, 1] / drawn[:, 0], both.min_class_groups, both.effective_groups)
    return {
        "given_skill": alone.value("skill"), "skill": both.value("skill"),
        "beyond": beyond, "beyond_low": low, "beyond_high": high,
        "bits": total[1] / total[0], "bits_low": ends[0], "bits_high": ends[1],
        "rows": len(prediction.rows), "groups": both.groups,
        "unit": unit.name if unit else "", "unit_values": unit.count if unit else 0,
        "units_seen": evaluator.units_seen[index],
    }  # fmt: skip


def _as_columns(factor: Factor, predicted: np.ndarray) -> np.ndarray:
    """Return a probe's predictions [n] as columns [n, T]; scores of a binary factor as they are."""
    return factor_targets(replace(factor, values=predicted))

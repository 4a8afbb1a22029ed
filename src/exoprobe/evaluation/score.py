"""The score stage: predictions become measures with intervals.

Columns of the table: ``task``, ``representation``, ``layer`` and ``seed`` (of a run), ``eraser``, ``probe``, ``factor``
(:data:`MEAN` for the mean over all binary factors), ``subset`` (of the test rows; empty for all), ``best`` (whether the
probe had the most skill on validation), ``measure``, ``value``, ``low`` and ``high`` (95 %, cluster bootstrap over
groups), ``rows`` and ``groups``.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.bootstrap import BootstrapResult
from exoprobe.evaluation.evaluator import Evaluator, has_label
from exoprobe.evaluation.intervals import interval
from exoprobe.evaluation.subsets import Subset, find_subsets
from exoprobe.io.files import write_table
from exoprobe.probes.predictions import Predictions
from exoprobe.probes.probe_data import LABEL
from exoprobe.progress import progress

log = logging.getLogger(__name__)

RUN = ["task", "representation", "layer", "seed"]
COLUMNS = ["eraser", "probe", "factor", "subset", "best", "measure", "value", "low", "high", "rows", "groups"]
TEXTS = ["task", "representation", "layer", "eraser", "probe", "factor", "subset", "measure"]
MEAN = "(mean)"
AVERAGED = ("balanced_accuracy", "false_negative", "false_positive")


@dataclass(frozen=True)
class Run:
    """One representation's predictions.

    Attributes:
        key: task, representation, layer and training seed.
        samples: the dataset.
        factors: of its samples.
        predictions: file of :func:`exoprobe.probes.run.probe`.
        search: likewise.
    """

    key: tuple[str, str, str, int]
    samples: str | Path
    factors: str | Path
    predictions: str | Path
    search: str | Path


def score_runs(runs: Sequence[Run], path: str | Path, *, subsets: Sequence[Mapping[str, Any]] = ()) -> None:
    """Score every run's predictions on test, and write the table.

    Args:
        runs: of any datasets.
        path: the Parquet file to write.
        subsets: test rows to score apart, see :func:`exoprobe.evaluation.subsets.find_subsets`.

    Raises:
        ExoprobeError: where predictions are not of their dataset's test samples.
    """
    tables: list[pd.DataFrame] = []
    evaluators: dict[tuple[str, str], Evaluator] = {}
    with progress(len(runs), "run", log, "scoring") as bar:
        for run in runs:
            dataset = (str(run.samples), str(run.factors))
            if dataset not in evaluators:
                evaluators = {dataset: Evaluator(*dataset, with_label=has_label(run.samples))}  # the last one is kept
            table = score_run(run, evaluators[dataset], subsets)
            for position, name in enumerate(RUN):
                table.insert(position, name, run.key[position])
            tables.append(table)
            bar.update()
    joined = pd.concat(tables, ignore_index=True)
    write_table(joined.astype(dict.fromkeys(TEXTS, "category")), path)


def read_scores(path: str | Path) -> pd.DataFrame:
    """Read a table of :func:`score_runs`."""
    table = pd.read_parquet(path)
    return table.astype(dict.fromkeys(TEXTS, object))


def score_run(run: Run, evaluator: Evaluator, subsets: Sequence[Mapping[str, Any]] = ()) -> pd.DataFrame:
    """Score one run's predictions.

    Args:
        run: the run.
        evaluator: of its dataset.
        subsets: see :func:`exoprobe.evaluation.subsets.find_subsets`.

    Returns:
        The table's columns but those of the run.
    """
    predictions, best = Predictions(run.predictions), best_probes(pd.read_parquet(run.search))
    if not np.array_equal(predictions.sample_ids, evaluator.sample_ids):
        raise ExoprobeError(
            f"{run.predictions} does not hold the test samples of {run.samples}; delete it and run again"
        )
    index = {factor.name: number for number, factor in reversed(list(enumerate(evaluator.factors)))}
    whole = Subset("", np.ones(len(evaluator.groups), bool))
    table: list[dict[str, object]] = []
    for subset in [whole, *find_subsets(run.samples, evaluator, subsets)]:
        results = {
            key: _FactorScores(evaluator, index[key[2]], predictions[key], subset.rows)
            for key in predictions.keys()  # noqa: SIM118 it is no mapping
            if subset.factors is None or key[2] in subset.factors
        }
        for key, scores in results.items():
            entry = dict(zip(COLUMNS, [*key, subset.name, best.get((key[0], key[2])) == key[1]], strict=False))
            table += [{**entry, **row} for row in scores.measures()]
        table += _means(results, subset.name)
    return pd.DataFrame(table, columns=COLUMNS)


def best_probes(search: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return, by eraser and factor, the probe of most skill on validation, the mean over folds."""
    chosen = search[search["chosen"]].groupby(["eraser", "factor", "probe"], sort=False)["skill"].mean()
    best = chosen.fillna(-np.inf).groupby(["eraser", "factor"], sort=False).idxmax()
    return {(eraser, factor): probe for eraser, factor, probe in best}


class _FactorScores:
    """The scores of a probe's predictions of one factor, on a subset of the test rows."""

    def __init__(self, evaluator: Evaluator, index: int, predicted: np.ndarray, rows: np.ndarray) -> None:
        self.factor: Factor = evaluator.factors[index]
        known = rows & self.factor.known
        self.rows, self.groups = int(known.sum()), len(np.unique(evaluator.groups[known]))
        self.prevalence = float(self.factor.values[known].mean()) if self.rows else np.nan
        self.train_prevalence = evaluator.train_shares[index]
        self.result = evaluator.score_rows(index, predicted, known) if self.rows else None
        self.baseline: BootstrapResult | None = None
        if self.result is not None and self.factor.kind == "continuous":
            mean = np.full(len(predicted), np.nanmean(self.factor.values))
            self.baseline = evaluator.score_rows(index, mean, known)

    @property
    def has_both_rates(self) -> bool:
        """Whether the factor is binary, and both of its values occur."""
        if self.result is None:
            return False
        rates = [self.result.estimates.get(rate) for rate in AVERAGED[1:]]
        return all(rate is not None and bool(np.isfinite(rate).all()) for rate in rates)

    def measures(self) -> Iterator[dict[str, object]]:
        """Yield a row per measure."""
        counts = {"rows": self.rows, "groups": self.groups}
        if self.result is None:
            return
        for measure in self.result.estimates:
            yield {"measure": measure, **_ends(self.result, measure), **counts}
        if self.baseline is not None:
            yield {"measure": "baseline_rmse", **_ends(self.baseline, "rmse"), **counts}
            with np.errstate(invalid="ignore", divide="ignore"):
                value = 1 - self.result.value("rmse") / self.baseline.value("rmse")
                samples = 1 - self.result.samples["rmse"] / self.baseline.samples["rmse"]
            low, high = interval(samples, self.groups)
            yield {"measure": "explained", "value": value, "low": float(low), "high": float(high), **counts}
        if self.factor.kind == "binary":
            majority = 1.0 if self.train_prevalence < 0.5 else 0.0
            for measure, value in (("prevalence", self.prevalence), ("majority_false_negative", majority)):
                yield {"measure": measure, "value": value, "low": np.nan, "high": np.nan, **counts}


def _ends(result: BootstrapResult, measure: str) -> dict[str, float]:
    low, high = result.interval(measure)
    return {"value": result.value(measure), "low": low, "high": high}


def _means(results: Mapping[tuple[str, str, str], _FactorScores], subset: str) -> Iterator[dict[str, object]]:
    """Yield, per eraser and probe, the means over the binary factors of which both values occur, with intervals."""
    groups: dict[tuple[str, str], list[_FactorScores]] = {}
    for (eraser, probe, factor), scores in results.items():
        if scores.has_both_rates and factor != LABEL:
            groups.setdefault((eraser, probe), []).append(scores)
    for (eraser, probe), members in groups.items():
        key = {"eraser": eraser, "probe": probe, "factor": MEAN, "subset": subset, "best": False}
        counts = {name: max(getattr(scores, name) for scores in members) for name in ("rows", "groups")}
        factor_results = [scores.result for scores in members if scores.result is not None]
        for measure in AVERAGED:
            samples = np.mean([result.samples[measure] for result in factor_results], axis=0)
            low, high = interval(samples, counts["groups"])
            value = float(np.mean([result.value(measure) for result in factor_results]))
            yield {**key, "measure": measure, "value": value, "low": float(low), "high": float(high), **counts}

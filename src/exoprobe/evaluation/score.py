"""The score stage: predictions become measures with intervals.

Columns of the table: ``task``, ``representation``, ``layer`` and ``seed`` (of a run), ``eraser``, ``probe``, ``factor``
(:data:`MEAN` for the mean over all binary factors), ``subset`` (of the test rows; empty for all), ``best`` (whether the
probe had the most skill on validation), ``measure``, ``value``, ``low`` and ``high`` (95 %, cluster bootstrap over groups),
``rows`` and ``groups``.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from exoprobe.datasets.factors import Factor
from exoprobe.datasets.samples import read_samples
from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.bootstrap import BootstrapResult
from exoprobe.evaluation.evaluator import Evaluator, has_label
from exoprobe.evaluation.intervals import interval
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


def score_runs(runs: Sequence[Run], path: str | Path, *, subsets: Sequence[Mapping[str, object]] = ()) -> None:
    """Score every run's predictions on test, and write the table.

    Args:
        runs: of any datasets.
        path: the Parquet file to write.
        subsets: test rows to score apart, see :func:`find_subsets`.

    Raises:
        ExoprobeError: where predictions are not of their dataset's test samples.
    """
    tables, evaluators = [], {}
    with progress(len(runs), "run", log, "scoring") as bar:
        for run in runs:
            dataset = (str(run.samples), str(run.factors))
            if dataset not in evaluators:
                evaluators = {dataset: Evaluator(*dataset, with_label=has_label(run.samples))}  # the last one is kept
            table = score_run(run, evaluators[dataset], subsets)
            tables.append(table.assign(**dict(zip(RUN, run.key, strict=True)))[[*RUN, *COLUMNS]])
            bar.update()
    joined = pd.concat(tables, ignore_index=True)
    write_table(joined.astype(dict.fromkeys(TEXTS, "category")), path)


def read_scores(path: str | Path) -> pd.DataFrame:
    """Read a table of :func:`score_runs`."""
    table = pd.read_parquet(path)
    return table.astype(dict.fromkeys(TEXTS, object))


def score_run(run: Run, evaluator: Evaluator, subsets: Sequence[Mapping[str, object]] = ()) -> pd.DataFrame:
    """Score one run's predictions.

    Args:
        run: the run.
        evaluator: of its dataset.
        subsets: see :func:`find_subsets`.

    Returns:
        The table's columns but those of the run.
    """
    found, best = Predictions(run.predictions), best_probes(pd.read_parquet(run.search))
    if not np.array_equal(found.sample_ids, evaluator.sample_ids):
        raise ExoprobeError(
            f"{run.predictions} does not hold the test samples of {run.samples}; delete it and run again"
        )
    index = {factor.name: number for number, factor in reversed(list(enumerate(evaluator.factors)))}
    whole = Subset("", np.ones(len(evaluator.groups), bool), None)
    table: list[dict[str, object]] = []
    for subset in [whole, *find_subsets(run.samples, evaluator, subsets)]:
        results = {
            key: _Scored(evaluator, index[key[2]], found[key], subset.rows)
            for key in found.keys()
            if subset.factors is None or key[2] in subset.factors
        }
        for key, scored in results.items():
            entry = dict(zip(COLUMNS, [*key, subset.name, best.get((key[0], key[2])) == key[1]], strict=False))
            table += [{**entry, **row} for row in scored.measures()]
        table += _means(results, subset.name)
    return pd.DataFrame(table, columns=COLUMNS)


def best_probes(search: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Return, by eraser and factor, the probe of most skill on validation, the mean over folds."""
    chosen = search[search["chosen"]].groupby(["eraser", "factor", "probe"], sort=False)["skill"].mean()
    best = chosen.fillna(-np.inf).groupby(["eraser", "factor"], sort=False).idxmax()
    return {(eraser, factor): probe for eraser, factor, probe in best}


@dataclass(frozen=True)
class Subset:
    """Some of the test rows.

    Attributes:
        name: such as ``label=3`` or ``abs_yaw=0–15``.
        rows: bool [n].
        factors: which are scored on them; None for all.
    """

    name: str
    rows: np.ndarray
    factors: Sequence[str] | None


def find_subsets(
    samples: str | Path, evaluator: Evaluator, subsets: Sequence[Mapping[str, object]]
) -> Iterator[Subset]:
    """Find the rows of each subset.

    Args:
        samples: the dataset.
        evaluator: of its test rows.
        subsets: each has a ``column`` (a factor or a column of the samples), ``edges`` of bins of its size or none for a
            subset per value, and ``factors`` to score, or none for all.
    """
    names = pq.read_schema(samples).names
    for entry in subsets:
        column, factors = str(entry["column"]), entry.get("factors")
        known = {factor.name: factor.values for factor in evaluator.factors}
        if column in names:
            values = read_samples(samples, ["sample_id", column])
            values = values[column][np.isin(values["sample_id"], evaluator.sample_ids)]
        elif column in known:
            values = known[column]
        else:
            raise ExoprobeError(f"there is no column {column!r} to score by; there are {', '.join([*names, *known])}")
        if edges := entry.get("edges"):
            for low, high in zip(edges, [*edges[1:], np.inf], strict=True):
                title = f"{column}={low:g}–{high:g}" if np.isfinite(high) else f"{column}=>{low:g}"
                yield Subset(title, (np.abs(values) >= low) & (np.abs(values) < high), factors)
        else:
            for value in np.unique(values):
                yield Subset(f"{column}={value}", values == value, factors)


class _Scored:
    """One probe's predictions of one factor, scored on some test rows."""

    def __init__(self, evaluator: Evaluator, index: int, predicted: np.ndarray, rows: np.ndarray) -> None:
        self.factor: Factor = evaluator.factors[index]
        known = rows & self.factor.known
        self.count, self.groups = int(known.sum()), len(np.unique(evaluator.groups[known]))
        self.shares = (
            (float(self.factor.values[known].mean()), evaluator.train_shares[index]) if self.count else (0, 0)
        )
        self.result = evaluator.score_rows(index, predicted, known) if self.count else None
        self.baseline: BootstrapResult | None = None
        if self.result is not None and self.factor.kind == "continuous":
            mean = np.full(len(predicted), np.nanmean(self.factor.values))
            self.baseline = evaluator.score_rows(index, mean, known)

    @property
    def has_both_rates(self) -> bool:
        """Whether the factor is binary, and both of its values occur."""
        rates = () if self.result is None else [self.result.estimates.get(rate, np.nan) for rate in AVERAGED[1:]]
        return bool(rates) and bool(np.isfinite(rates).all())

    def measures(self) -> Iterator[dict[str, object]]:
        """Yield a row per measure."""
        counts = {"rows": self.count, "groups": self.groups}
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
            test, train = self.shares
            majority = 1.0 if train < 0.5 else 0.0
            for measure, value in (("prevalence", test), ("majority_false_negative", majority)):
                yield {"measure": measure, "value": value, "low": np.nan, "high": np.nan, **counts}


def _ends(result: BootstrapResult, measure: str) -> dict[str, float]:
    low, high = result.interval(measure)
    return {"value": result.value(measure), "low": low, "high": high}


def _means(results: Mapping[tuple[str, str, str], _Scored], subset: str) -> Iterator[dict[str, object]]:
    """Yield, per eraser and probe, measures averaged over the binary factors whose values both occur, with intervals."""
    groups: dict[tuple[str, str], list[_Scored]] = {}
    for (eraser, probe, factor), scored in results.items():
        if scored.has_both_rates and factor != LABEL:
            groups.setdefault((eraser, probe), []).append(scored)
    for (eraser, probe), members in groups.items():
        about = {"eraser": eraser, "probe": probe, "factor": MEAN, "subset": subset, "best": False}
        counts = {"rows": max(one.count for one in members), "groups": max(one.groups for one in members)}
        for measure in AVERAGED:
            values = [one.result.value(measure) for one in members if one.result is not None]
            samples = [one.result.samples[measure] for one in members if one.result is not None]
            low, high = interval(np.mean(samples, axis=0), counts["groups"])
            ends = {"value": float(np.mean(values)), "low": float(low), "high": float(high)}
            yield {**about, "measure": measure, **ends, **counts}

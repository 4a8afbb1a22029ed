"""Does invariance pay? Recognition error beside how well a nuisance is decodable, for many trained networks."""

import numpy as np
import pandas as pd
from scipy import stats

from exoprobe.evaluation.intervals import LEVEL
from exoprobe.evaluation.score import RUN
from exoprobe.evaluation.scores import ENDS, complement
from exoprobe.probes.probe_data import LABEL

BEST = "best"
MAV_ERROR, RMSE = "mav_error", "rmse"
COLUMNS = ["representation", "seed", "erased", "measure", *ENDS]


def rmse_by(probe: str) -> str:
    """Return the name of the measure: a probe's error."""
    return f"{RMSE}_{probe}"


def trade_off(scores: pd.DataFrame, factor: str = "angle") -> pd.DataFrame:
    """Gather recognition and the nuisance's errors of every run, with 95 % intervals over source digits.

    Args:
        scores: of the score stage.
        factor: the nuisance.

    Returns:
        A row per representation, seed, ``erased`` (False, and True where that was probed too) and measure, ``value``,
        ``low`` and ``high``: ``mav_error`` in %, and in the factor's unit the root mean squared errors
        ``rmse_linear`` …, of the probe of most skill on validation, ``rmse_best``, and of the test rows'
        mean, ``rmse_constant``.
    """
    return measures_by_probe(scores[scores["subset"] == ""], factor)[COLUMNS]


def measures_by_probe(scores: pd.DataFrame, factor: str) -> pd.DataFrame:
    """Name recognition and a factor's errors after their probes.

    Args:
        scores: of the score stage, of one subset per run.
        factor: the nuisance.

    Returns:
        The columns of the run, ``erased``, ``measure`` (see :func:`trade_off`), ``value``, ``low`` and ``high``.
    """
    label = scores[(scores["factor"] == LABEL) & (scores["probe"] == "nearest_mean")]
    label = label[label["measure"] == "accuracy"]
    errors = scores[(scores["factor"] == factor) & (scores["measure"] == "rmse")]
    constant = scores[(scores["factor"] == factor) & (scores["measure"] == "baseline_rmse")]
    measures = pd.concat(
        [
            complement(label, scale=100).assign(measure=MAV_ERROR),
            errors.assign(measure=errors["probe"].map(rmse_by)),
            errors[errors["best"]].assign(measure=rmse_by(BEST)),
            constant.drop_duplicates([*RUN, "eraser"]).assign(measure=rmse_by("constant")),
        ]
    )
    return measures.assign(erased=measures["eraser"] != "")[[*RUN, "erased", "measure", *ENDS]].reset_index(drop=True)


def over_seeds(table: pd.DataFrame) -> pd.DataFrame:
    """Average over training seeds.

    Args:
        table: of :func:`trade_off`.

    Returns:
        A row per representation, ``erased`` and measure: ``mean``, ``sd``, ``n`` seeds, and ``low`` and ``high``, the
        95 % interval of the mean by Student's t; missing, like ``sd``, where there is one seed.
    """
    grouped = table.groupby(["representation", "erased", "measure"], sort=False)["value"]
    summary = grouped.agg(mean="mean", sd="std", n="size").reset_index()
    half = stats.t.ppf((1 + LEVEL) / 2, summary["n"] - 1) * summary["sd"] / np.sqrt(summary["n"])
    return summary.assign(low=summary["mean"] - half, high=summary["mean"] + half)


def trade_off_points(summary: pd.DataFrame, probe: str = BEST) -> pd.DataFrame:
    """Put recognition beside the nuisance's error, one point per representation, as it is and erased.

    Args:
        summary: of :func:`over_seeds`.
        probe: which one's error counts.

    Returns:
        A row per representation and ``erased``: ``error`` and ``rmse``, each also with ``_low``, ``_high`` and ``_sd``,
        and ``n`` seeds.
    """
    columns = []
    for name, measure in (("error", MAV_ERROR), (RMSE, rmse_by(probe))):
        rows = summary[summary["measure"] == measure].set_index(["representation", "erased"])
        titles = {"mean": name, **{end: f"{name}_{end}" for end in ("sd", "low", "high")}}
        columns.append(rows.drop(columns="measure").rename(columns=titles))
    return pd.concat([columns[0], columns[1].drop(columns="n")], axis=1).reset_index()


def on_front(error: np.ndarray, rmse: np.ndarray) -> np.ndarray:
    """Find the Pareto front: points than which no other is better in one and at least as good in the other.

    Args:
        error: [n], the lower the better.
        rmse: [n], of predicting the nuisance, the higher the better.

    Returns:
        bool [n].
    """
    as_good = (error <= error[:, None]) & (rmse >= rmse[:, None])
    better = (error < error[:, None]) | (rmse > rmse[:, None])
    dominated: np.ndarray = np.any(as_good & better, axis=1)
    return ~dominated


def advantages(table: pd.DataFrame, reference: str) -> pd.DataFrame:
    """Compare every representation with one of them as trained, seed by seed.

    Runs of one seed share their order of images and, where the network is the same, their first weights.

    Args:
        table: of :func:`trade_off`.
        reference: the representation to compare with, not erased.

    Returns:
        A row per representation, ``erased`` and measure: ``reference``, and of the difference to it the ``mean`` over
        seeds with ``sd``, ``n`` and its interval, ``low`` and ``high``.
    """
    is_reference = (table["representation"] == reference) & ~table["erased"]
    baseline = table[is_reference].set_index(["measure", "seed"])["value"].rename("baseline")
    joined = table[~is_reference].join(baseline, on=["measure", "seed"], how="inner")
    differences = joined.assign(value=joined["value"] - joined["baseline"])
    return over_seeds(differences).assign(reference=reference)


def layer_table(scores: pd.DataFrame, factor: str = "angle") -> pd.DataFrame:
    """Gather the same of every layer.

    Args:
        scores: of the score stage.
        factor: the nuisance.

    Returns:
        The columns of :func:`trade_off`, with ``layer`` in place of ``erased``.
    """
    measures = measures_by_probe(scores[scores["subset"] == ""], factor)
    return measures[["representation", "seed", "measure", *ENDS, "layer"]]

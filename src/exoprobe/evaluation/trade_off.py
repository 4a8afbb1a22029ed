"""Does invariance pay? Recognition error beside how well a nuisance can still be read, of many trained networks."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from exoprobe.evaluation.bootstrap import Resampling
from exoprobe.evaluation.intervals import LEVEL, interval
from exoprobe.probes.factors import column
from exoprobe.probes.invariance import ERASED, MAV, READOUTS

Run = tuple[str, int]  # variant and training seed
BEST = "best"
MAV_ERROR, RMSE = "mav_error", "rmse"
COLUMNS = ["variant", "seed", "erased", "measure", "value", "low", "high"]


def rmse_by(readout: str) -> str:
    """Return the name of the measure: a readout's error."""
    return f"{RMSE}_{readout}"


def trade_off(
    predictions: Mapping[Run, str | Path], grids: Mapping[Run, str | Path], factor: str = "angle"
) -> pd.DataFrame:
    """Score every run on test, with 95 % intervals that resample source digits with all their images.

    Args:
        predictions: files of :func:`exoprobe.probes.invariance.probe_invariance` by variant and seed.
        grids: what was tried on validation, likewise.
        factor: the nuisance.

    Returns:
        A row per variant, seed, ``erased`` (False, and True where that was read too) and measure, ``value``,
        ``low`` and ``high``: ``mav_error`` in %, and in the factor's unit the root mean squared errors
        ``rmse_linear`` …, of the readout of most skill on validation, ``rmse_best``, and of the constant that is
        best on test, ``rmse_constant``.
    """
    rows = []
    for (variant, seed), path in predictions.items():
        table, grid = pd.read_parquet(path), pd.read_parquet(grids[variant, seed])
        resampling = Resampling(table["group"].to_numpy())
        for erased in (False, True) if MAV + ERASED in table else (False,):
            measured = _measure(table, best_readout(grid, factor, erased), factor, erased)
            rows += [(variant, seed, erased, *one) for one in _with_intervals(measured, resampling)]
    return pd.DataFrame(rows, columns=COLUMNS)


def best_readout(grid: pd.DataFrame, factor: str, erased: bool) -> str:
    """Return the readout that had the most skill on validation."""
    tried = grid[grid["chosen"] & (grid["factor"] == factor) & (grid["erased"] == erased)]
    return tried.loc[tried["skill"].idxmax(), "readout"]


def over_seeds(table: pd.DataFrame) -> pd.DataFrame:
    """Average over training seeds.

    Args:
        table: of :func:`trade_off`.

    Returns:
        A row per variant, ``erased`` and measure: ``mean``, ``sd``, ``n`` seeds, and ``low`` and ``high``, the 95 %
        interval of the mean by Student's t; missing, like ``sd``, where there is one seed.
    """
    grouped = table.groupby(["variant", "erased", "measure"], sort=False)["value"]
    found = grouped.agg(mean="mean", sd="std", n="size").reset_index()
    half = stats.t.ppf((1 + LEVEL) / 2, found["n"] - 1) * found["sd"] / np.sqrt(found["n"])
    return found.assign(low=found["mean"] - half, high=found["mean"] + half)


def trade_off_points(summary: pd.DataFrame, readout: str = BEST) -> pd.DataFrame:
    """Put recognition beside what is still told, one point per variant, as it is and erased.

    Args:
        summary: of :func:`over_seeds`.
        readout: which one's error counts.

    Returns:
        A row per variant and ``erased``: ``error`` and ``rmse``, each also with ``_low``, ``_high`` and ``_sd``,
        and ``n`` seeds.
    """
    parts = []
    for name, measure in (("error", MAV_ERROR), (RMSE, rmse_by(readout))):
        part = summary[summary["measure"] == measure].set_index(["variant", "erased"])
        names = {"mean": name, **{one: f"{name}_{one}" for one in ("sd", "low", "high")}}
        parts.append(part.drop(columns="measure").rename(columns=names))
    return pd.concat([parts[0], parts[1].drop(columns="n")], axis=1).reset_index()


def on_front(error: np.ndarray, rmse: np.ndarray) -> np.ndarray:
    """Tell the Pareto front: points than which no other is better in one and at least as good in the other.

    Args:
        error: [n], the lower the better.
        rmse: [n], of reading the nuisance, the higher the better.

    Returns:
        bool [n].
    """
    as_good = (error <= error[:, None]) & (rmse >= rmse[:, None])
    better = (error < error[:, None]) | (rmse > rmse[:, None])
    return ~(as_good & better).any(1)


def _measure(table: pd.DataFrame, best: str, factor: str, erased: bool) -> dict[str, np.ndarray]:
    """Return for each measure what of it is averaged over test rows [N]; of root mean squares, the squares."""
    ending, truth = ERASED if erased else "", table[factor]
    squares = {name: np.square(table[column(name + ending, factor)] - truth).to_numpy() for name in READOUTS}
    measured = {MAV_ERROR: 100.0 * (table[MAV + ending] != table["label"]).to_numpy()}
    measured |= {rmse_by(name): values for name, values in squares.items()}
    constant = np.square(truth - truth.mean()).to_numpy()
    return measured | {rmse_by(BEST): squares[best], rmse_by("constant"): constant}


def _with_intervals(
    measured: Mapping[str, np.ndarray], resampling: Resampling
) -> Iterator[tuple[str, float, float, float]]:
    """Yield each measure's name, value and the ends of its interval."""
    count = len(resampling.groups)
    statistics = np.stack([*measured.values(), np.ones(count)], axis=1)
    point, drawn = resampling.sums(statistics, np.ones(count, bool))
    low, high = interval(drawn[:, :-1] / drawn[:, -1:], len(np.unique(resampling.groups)))
    ends = np.stack([point[:-1] / point[-1], low, high], axis=1)
    for name, found in zip(measured, ends, strict=True):
        yield (name, *(found if name == MAV_ERROR else np.sqrt(found)).tolist())

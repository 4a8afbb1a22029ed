"""What perturbations do to recognition, and how much of them can be read, in the ranges trained on and beyond."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.perturbations import PERTURBATIONS
from exoprobe.evaluation.bootstrap import Resampling
from exoprobe.evaluation.intervals import interval
from exoprobe.evaluation.trade_off import BEST, MAV_ERROR, best_readout, rmse_by
from exoprobe.probes.factors import column
from exoprobe.probes.invariance import MAV, READOUTS

Run = tuple[str, str, int]  # task, variant and training seed
INSIDE, OUTSIDE, CONSTANT = "inside", "outside", "constant"
COLUMNS = ["task", "variant", "seed", "factor", "range", "measure", "value", "low", "high"]


def told_by(readout: str) -> str:
    """Return the name of the measure: the share of a factor that a readout tells."""
    return f"told_{readout}"


def perturbation_effect(predictions: Mapping[Run, str | Path], grids: Mapping[Run, str | Path]) -> pd.DataFrame:
    """Score every run on test inside and outside each factor's range, with 95 % intervals over source digits.

    Args:
        predictions: files of :func:`exoprobe.probes.invariance.probe_invariance` by task, variant and seed.
        grids: what was tried on validation, likewise.

    Returns:
        A row per task, variant, seed, ``factor``, ``range`` (``inside``: all factors are; ``outside``: this one is
        not) and measure, ``value``, ``low`` and ``high``: ``mav_error`` in %; in the factor's unit the root mean
        squared errors ``rmse_linear`` …, of the readout of most skill on validation, ``rmse_best``, and of the
        constant that is best over all of test, as little aware of the range as readouts are, ``rmse_constant``; and
        of each readout ``told_linear`` …, 1 − its error / the constant's: 1 where it tells the value itself, 0
        where no more than the constant.
    """
    rows = []
    for (task, variant, seed), path in predictions.items():
        table, grid = pd.read_parquet(path), pd.read_parquet(grids[task, variant, seed])
        for factor in filter(table.columns.__contains__, PERTURBATIONS):
            best = best_readout(grid, factor, erased=False)
            table[CONSTANT] = table[factor].mean()
            ranges = {INSIDE: table[table["inside"]], OUTSIDE: table[table["outside_factor"] == factor]}
            for name, part in ranges.items():
                rows += [(task, variant, seed, factor, name, *one) for one in _measures(part, factor, best)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _measures(table: pd.DataFrame, factor: str, best: str) -> Iterator[tuple[str, float, float, float]]:
    """Yield each measure's name, value and the ends of its interval."""
    read = {name: table[column(name, factor)] for name in READOUTS}
    read |= {BEST: read[best], CONSTANT: table[CONSTANT]}
    averaged = {MAV_ERROR: 100.0 * (table[MAV] != table["label"])}
    averaged |= {name: np.square(values - table[factor]) for name, values in read.items()}
    resampling = Resampling(table["group"].to_numpy())
    statistics = np.stack([*averaged.values(), np.ones(len(table))], axis=1)
    point, drawn = resampling.sums(statistics, np.ones(len(table), bool))
    values, draws = (_from_means(sums[..., :-1] / sums[..., -1:], list(read)) for sums in (point, drawn))
    for name, value in values.items():
        low, high = interval(draws[name], len(np.unique(resampling.groups)))
        yield name, float(value), float(low), float(high)


def _from_means(means: np.ndarray, names: list[str]) -> dict[str, np.ndarray]:
    """Turn means over rows [..., 1 + R], of recognition errors and of R readings' squares, into measures [...]."""
    rmse = dict(zip(names, np.sqrt(np.moveaxis(means[..., 1:], -1, 0)), strict=True))
    measures = {MAV_ERROR: means[..., 0]} | {rmse_by(name): error for name, error in rmse.items()}
    constant = rmse.pop(CONSTANT)
    return measures | {told_by(name): 1 - error / constant for name, error in rmse.items()}

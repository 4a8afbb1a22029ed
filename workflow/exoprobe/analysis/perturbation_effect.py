"""What perturbations do to recognition, and how much of them can be read, in the ranges trained on and beyond."""

from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.analysis.intervals import interval
from exoprobe.analysis.scored import Resampling
from exoprobe.analysis.trade_off import BEST, MAV_ERROR, best_readout, rmse_by
from exoprobe.data.perturbations import PERTURBATIONS
from exoprobe.probes.factors import column
from exoprobe.probes.invariance import MAV, READOUTS

Run = tuple[str, str, int]  # task, variant and training seed
INSIDE, OUTSIDE = "inside", "outside"
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
        constant that is best in this range on test, ``rmse_constant``; and of each readout ``told_linear`` …,
        1 − its error / the constant's: 1 where it tells the value itself, 0 where no more than the constant.
    """
    rows = []
    for (task, variant, seed), path in predictions.items():
        table, grid = pd.read_parquet(path), pd.read_parquet(grids[task, variant, seed])
        for factor in filter(table.columns.__contains__, PERTURBATIONS):
            best = best_readout(grid, factor, erased=False)
            ranges = {INSIDE: table[table["inside"]], OUTSIDE: table[table["outside_factor"] == factor]}
            for name, part in ranges.items():
                rows += [(task, variant, seed, factor, name, *one) for one in _measures(part, factor, best)]
    return pd.DataFrame(rows, columns=COLUMNS)


def _measures(table: pd.DataFrame, factor: str, best: str) -> Iterator[tuple[str, float, float, float]]:
    """Yield each measure's name, value and the ends of its interval."""
    truth = table[factor].to_numpy()
    read = {name: table[column(name, factor)].to_numpy() for name in READOUTS}
    errors = {MAV_ERROR: 100.0 * (table[MAV] != table["label"]).to_numpy()}
    errors |= {name: np.square(values - truth) for name, values in (read | {BEST: read[best]}).items()}
    resampling = Resampling(table["group"].to_numpy())
    # Of the constant, in whose place each draw has its own mean.
    moments = [truth, np.square(truth), np.ones(len(truth))]
    point, drawn = resampling.sums(np.stack([*errors.values(), *moments], axis=1), np.ones(len(truth), bool))
    values, draws = (_from_means(sums[..., :-1] / sums[..., -1:], list(errors)) for sums in (point, drawn))
    for name, value in values.items():
        low, high = interval(draws[name], len(np.unique(resampling.groups)))
        yield name, float(value), float(low), float(high)


def _from_means(means: np.ndarray, names: list[str]) -> dict[str, np.ndarray]:
    """Turn means over rows [..., E + 2] of the E named errors, the truth and its square into measures [...]."""
    constant = np.sqrt(means[..., -1] - means[..., -2] ** 2)
    measures = {MAV_ERROR: means[..., 0], rmse_by("constant"): constant}
    for place, name in enumerate(names[1:], start=1):
        rmse = np.sqrt(means[..., place])
        measures |= {rmse_by(name): rmse, told_by(name): 1 - rmse / constant}
    return measures

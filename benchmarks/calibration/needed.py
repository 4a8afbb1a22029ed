"""Is the estimate of how many groups are needed right? What is found at several sizes says how many really are."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks.calibration.auditing import write
from benchmarks.calibration.generators import Case
from benchmarks.calibration.rates import rate
from exoprobe.evaluation.sensitivity import LINEAR, sensitivity_table

DIMENSION = 16
GROUPS = (30, 60, 120, 240, 480)  # each a row; of fewer than 500, every group is test
MARGINS = {"binary": 0.3, "number": 0.1}  # skills that are found with some of these numbers, and not with others
POWER = 0.8
TOLERANCE = 0.3


def needed(datasets: int) -> Iterator[dict[str, object]]:
    """Yield how often the estimate is within 30 % of the number of groups at which 80 % of the plants are found."""
    for kind in MARGINS:
        tables = {
            groups: pd.concat(
                [_table(kind, groups, seed) for seed in tqdm(range(datasets), f"{kind}, {groups} groups")]
            )
            for groups in GROUPS
        }
        truth = groups_with_power({groups: _found(table, MARGINS[kind]) for groups, table in tables.items()})
        for groups, table in tables.items():
            estimates = table.groupby("seed")["groups_needed"].first()
            within = (estimates / truth - 1).abs() <= TOLERANCE
            if np.isfinite(truth):
                yield rate("needed", f"{kind}, {groups} of {truth:.0f} groups", "within 30 %", within, "at least 0.8")


def groups_with_power(found: dict[int, pd.Series]) -> float:
    """Return the number of groups at which 80 % are found along every kind of direction.

    Between sizes, what is found is interpolated over the logarithm of the number.

    Args:
        found: by number of groups, the share found by direction.

    Returns:
        NaN where it lies outside the sizes.
    """
    counts = np.log(sorted(found))
    shares = pd.DataFrame({groups: found[groups] for groups in sorted(found)})
    rising = np.maximum.accumulate(shares.to_numpy(), axis=1)
    if not (rising[:, 0].min() < POWER <= rising[:, -1].min()):
        return np.nan
    return float(np.exp(max(np.interp(POWER, row, counts) for row in rising)))


def _found(table: pd.DataFrame, margin: float) -> pd.Series:
    at_margin = table[np.isclose(table["skill"], margin) & table["direction"].isin(LINEAR)]
    return at_margin.groupby("direction")["found"].mean()


def _tables(kind: str, groups: int, datasets: int) -> pd.DataFrame:
    return pd.concat([_table(kind, groups, seed) for seed in tqdm(range(datasets), f"{kind}, {groups} groups")])


def _table(kind: str, groups: int, seed: int) -> pd.DataFrame:
    random = np.random.default_rng([5, seed])
    scale = np.exp(np.linspace(0, -2, DIMENSION))
    values = random.random(groups) < 0.5 if kind == "binary" else random.normal(size=groups)
    case = Case(scale * random.normal(size=(groups, DIMENSION)), np.arange(groups), {"factor": values}, {}, {})
    with tempfile.TemporaryDirectory() as folder:
        source, paths = write(case, Path(folder), seed)
        table = sensitivity_table(source, paths["samples"], margin=MARGINS[kind])
    return table[table["direction"].isin(LINEAR)].assign(seed=seed)

"""Is the estimate of how many groups are needed right? What is found at several sizes says how many really are."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks.calibration.auditing import MARGIN, write
from benchmarks.calibration.generators import Case
from benchmarks.calibration.rates import rate
from exoprobe.evaluation.sensitivity import LINEAR, sensitivity_table

DIMENSION = 16
GROUPS = (30, 60, 120, 240, 480)  # each a row; of fewer than 500, every group is test
POWER = 0.8
TOLERANCE = 0.3


def needed(datasets: int) -> Iterator[dict[str, object]]:
    """Yield how often the estimate is within 30 % of the number of groups at which 80 % of the plants are found."""
    for kind in ("binary", "number"):
        tables = {
            groups: pd.concat(
                [_table(kind, groups, seed) for seed in tqdm(range(datasets), f"{kind}, {groups} groups")]
            )
            for groups in GROUPS
        }
        truth = groups_with_power({groups: _found(table) for groups, table in tables.items()})
        for groups, table in tables.items():
            estimates = table.groupby("seed")["groups_needed"].first()
            within = (estimates / truth - 1).abs() <= TOLERANCE
            yield rate("needed", f"{kind}, {groups} of {truth:.0f} groups", "within 30 %", within, "at least 0.8")


def groups_with_power(found: dict[int, pd.Series]) -> float:
    """Return the number of groups at which 80 % are found along every kind of direction.

    Between sizes, what is found is interpolated over the logarithm of the number; it is what it is at the largest size
    beyond it.

    Args:
        found: by number of groups, the share found by direction.
    """
    counts = np.log(sorted(found))
    shares = pd.DataFrame({groups: found[groups] for groups in sorted(found)})
    needed = [np.interp(POWER, np.maximum.accumulate(row), counts) for row in shares.to_numpy()]
    return float(np.exp(max(needed)))


def _found(table: pd.DataFrame) -> pd.Series:
    at_margin = table[np.isclose(table["skill"], MARGIN) & table["direction"].isin(LINEAR)]
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
        table = sensitivity_table(source, paths["samples"], margin=MARGIN)
    return table[table["direction"].isin(LINEAR)].assign(seed=seed)

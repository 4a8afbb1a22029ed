"""Is what is encoded beyond a given column right? Intervals of known skills, and what comes through a class alone."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks.calibration.auditing import MARGIN, write
from benchmarks.calibration.generators import Case, of_groups
from benchmarks.calibration.rates import rate
from exoprobe.evaluation.beyond import beyond_table
from exoprobe.probes.run import probe

GROUPS, PER_GROUP, DIMENSION = 300, 2, 4
GIVEN = 0.5  # correlation of the factor with the given column
ENCODED = (0.0, 0.4, 0.7)  # its partial correlations with the features
ASSOCIATIONS = (0.3, 0.6, 0.9)  # Cramér's V of a factor with a class that the features encode


def beyond(datasets: int) -> Iterator[dict[str, object]]:
    """Yield how often the interval of the skill beyond a given column covers it, and how often p is up to 0.05."""
    for encoded in ENCODED:
        covered: dict[str, list[bool]] = {"number": [], "binary": []}
        found = []
        for seed in tqdm(range(datasets), f"beyond, {encoded:g}"):
            case = draw(np.random.default_rng([4, seed]), encoded)
            table = _table(case, seed)
            for kind, cover in covered.items():
                row = table[table["factor"] == kind].iloc[0]
                cover.append(row["beyond_low"] <= skill_beyond(kind, encoded) <= row["beyond_high"])
                found.append(row["p"] <= 0.05)
        for kind, cover in covered.items():
            yield rate("beyond", f"{kind}, {skill_beyond(kind, encoded):.2f}", "covered", cover, "0.93 to 0.97")
        bar = "at least 0.95" if encoded else "at most 0.05"
        yield rate("beyond", f"correlation {encoded:g}", "p-values up to 0.05", found, bar)


def through(datasets: int) -> Iterator[dict[str, object]]:
    """Yield what is said of a factor that the features know through a class alone, by its association with it."""
    for association in ASSOCIATIONS:
        tables = [
            _table(draw_through(np.random.default_rng([7, seed]), association), seed)
            for seed in tqdm(range(datasets), f"through, {association:g}")
        ]
        rows = pd.concat(table[table["factor"] == "factor"] for table in tables)
        cell = f"Cramér's V {association:g}"
        yield rate("through", cell, "p-values up to 0.05", rows["p"] <= 0.05, "at most 0.05")
        bar = "at least 0.95" if association >= 0.6 else ""
        yield rate("through", cell, "interval of beyond below the margin", rows["beyond_high"] < MARGIN, bar)


def draw_through(random: np.random.Generator, association: float) -> Case:
    """Draw features that encode a class of two values, and a binary factor that goes with it."""
    group = np.repeat(np.arange(240), 5)
    known = random.integers(0, 2, len(group))
    features = of_groups(random, group, 8, 0.5)
    features[:, 0] += 3 * known
    factor = random.random(len(group)) < 0.5 + association * (known - 0.5)
    return Case(features, group, {"factor": factor, "known": known}, {}, {})


def draw(random: np.random.Generator, encoded: float) -> Case:
    """Draw a normal number that goes with the given column and one direction of the features, and its sign."""
    rows = GROUPS * PER_GROUP
    features, known = random.normal(size=(rows, DIMENSION)), random.normal(size=rows)
    explained = GIVEN * known + encoded * features[:, 0]
    number = explained + np.sqrt(1 - GIVEN**2 - encoded**2) * random.normal(size=rows)
    factors = {"number": number, "binary": number > 0, "known": known}
    return Case(features, np.repeat(np.arange(GROUPS), PER_GROUP), factors, {}, {})


def skill_beyond(kind: str, encoded: float) -> float:
    """Return how much more skill the best prediction from both has than that from the given column.

    With a multiple correlation R, the best prediction of a number has the skill 1 − √(1 − R²), and that of its sign
    2 asin(R) / π.
    """
    alone, both = GIVEN, np.hypot(GIVEN, encoded)
    if kind == "number":
        return float(np.sqrt(1 - alone**2) - np.sqrt(1 - both**2))
    return float(2 * (np.arcsin(both) - np.arcsin(alone)) / np.pi)


def _table(case: Case, seed: int) -> pd.DataFrame:
    with tempfile.TemporaryDirectory() as folder:
        source, paths = write(case, Path(folder), seed)
        probe(source, paths, probes={"linear": None})
        tables = beyond_table(
            source, paths["samples"], paths["factors"], paths["predictions"], paths["search"],
            given=["known"], label=None,
        )  # fmt: skip
        return tables["beyond"]

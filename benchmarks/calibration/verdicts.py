"""Are verdicts right? Audits of datasets without a leak, with a leak that is hard to find, and of few groups."""

from collections.abc import Iterator
from itertools import combinations

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks.calibration.auditing import audit
from benchmarks.calibration.generators import NULLS, Case, of_groups
from benchmarks.calibration.planting import SMALL, plant
from benchmarks.calibration.rates import rate

AT_MOST = "at most 0.05"
LEAST_P = 0.05
HIDDEN = 0.2  # skill of leaks that are hard to find: twice the margin
FOUND = ("leaks", "trace")
COHORTS = (6, 8, 12, 24)  # groups
ENOUGH = 24  # of them, to find the skill below
SKILL = 0.3
BORDERLINE = (24, 60, 200)  # groups
SEEDS = 20


def nulls(datasets: int) -> Iterator[dict[str, object]]:
    """Yield how often a factor "leaks" that the features do not know, and p-values below 0.05, by generator."""
    for name, generate in NULLS.items():
        verdicts = [_null(generate(_random(seed, 0)), seed) for seed in tqdm(range(datasets), name)]
        leaks = [(table["verdict"] == "leaks").any() for table in verdicts]
        p = pd.concat(verdicts)["p"].dropna()
        yield rate("nulls", name, "datasets with a leak", leaks, AT_MOST)
        yield rate("nulls", name, "p-values up to 0.05", p <= LEAST_P, AT_MOST)


def hidden(datasets: int) -> Iterator[dict[str, object]]:
    """Yield how often a leak of twice the margin in a direction of small variance is "no evidence", by generator."""
    for name, generate in NULLS.items():
        verdicts = []
        for seed in tqdm(range(datasets), name):
            random = _random(seed, 1)
            case = generate(random)
            factor = list(case.factors)[seed % len(case.factors)]
            case = _only(plant(random, case, factor, HIDDEN, SMALL), factor)
            verdicts += _of(audit(case, seed=seed), factor)
        yield rate("hidden", name, "no evidence of a leak", np.array(verdicts) == "no evidence", AT_MOST)
        yield rate("hidden", name, "found", np.isin(verdicts, FOUND))


def cohorts(datasets: int) -> Iterator[dict[str, object]]:
    """Yield how often few groups of ten rows show a leak, where the factor has a skill of 0.3 and where it has none."""
    for groups in COHORTS:
        for skill, bar in ((SKILL, "at least 0.8" if groups >= ENOUGH else ""), (0.0, AT_MOST)):
            found = []
            for seed in tqdm(range(datasets), f"{groups} groups, skill {skill}"):
                random = _random(seed, 2)
                case = plant(random, cohort(random, groups, 10), "factor", skill)
                found += _of(audit(case, seed=seed, planted=False), "factor")
            yield rate("cohorts", f"{groups} groups, skill {skill:g}", "found", np.isin(found, FOUND), bar)


def stability(datasets: int) -> Iterator[dict[str, object]]:
    """Yield how often a dataset near the border keeps its verdict under 20 seeds of the split, and two seeds differ.

    The interval of the latter is too narrow: pairs of one dataset depend on each other.
    """
    for groups in BORDERLINE:
        kept, different = [], []
        for seed in tqdm(range(datasets), f"{groups} groups"):
            random = _random(seed, 3)
            case = plant(random, cohort(random, groups, 5), "factor", border(random, groups))
            verdicts = [_of(audit(case, seed=split, planted=False), "factor")[0] for split in range(SEEDS)]
            kept.append(len(set(verdicts)) == 1)
            different += [first != second for first, second in combinations(verdicts, 2)]
        yield rate("stability", f"{groups} groups", "same verdict under 20 seeds", kept, "at least 0.95")
        yield rate("stability", f"{groups} groups", "two seeds differ", different)


def cohort(random: np.random.Generator, groups: int, rows: int) -> Case:
    """Draw groups of so many rows with a binary factor of the row."""
    group = np.repeat(np.arange(groups), rows)
    return Case(of_groups(random, group, 16, 1.0), group, {"factor": random.random(len(group)) < 0.5}, {}, {})


def border(random: np.random.Generator, groups: int) -> float:
    """Draw a skill at which the verdict on a cohort is about to change."""
    return float(random.uniform(0.5, 1.0) * min(0.3, 2.5 / np.sqrt(groups)))


def _random(seed: int, study: int) -> np.random.Generator:
    return np.random.default_rng([study, seed])


def _null(case: Case, seed: int) -> pd.DataFrame:
    table = audit(case, seed=seed, planted=False)
    return table[table["factor"].isin(list(case.factors))]


def _only(case: Case, factor: str) -> Case:
    return Case(case.features, case.groups, {factor: case.factors[factor]}, case.units, case.others)


def _of(verdicts: pd.DataFrame, factor: str) -> list[str]:
    """Return the verdict on a factor; nothing where it could not be probed."""
    return verdicts.loc[verdicts["factor"] == factor, "verdict"].tolist()

"""Is the gate right? Limits held and broken, and releases that have changed or not, beside an earlier audit."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks.calibration.auditing import tables
from benchmarks.calibration.planting import plant
from benchmarks.calibration.rates import rate
from benchmarks.calibration.verdicts import cohort
from exoprobe.evaluation.release_change import by_factor
from exoprobe.gate import Check, Limit, check_baseline, check_limits

GROUPS, ROWS = 300, (5, 10)  # and rows of each
LIMIT, ABOVE, KEPT = 0.1, 0.2, 0.3  # the limit; a skill above it; the skill of a release
RISES = (0.0, 0.05, 0.1)  # of the skill in the next release
NO_TABLE = pd.DataFrame({"factor": [], "given": []})
Tables = dict[str, pd.DataFrame]


def gate(datasets: int) -> Iterator[dict[str, object]]:
    """Yield how often a limit is broken, and how often a release is worse than the one before, with no margin."""
    for rows in ROWS:
        cell = f"{GROUPS} groups of {rows} rows"
        for skill, bar in ((0.0, "at most 0.05"), (ABOVE, "at least 0.95")):
            broken = []
            for seed in tqdm(range(datasets), f"{cell}, skill {skill}"):
                audited = _audit(np.random.default_rng([7, seed]), rows, skill, seed)
                broken.append(_is_broken(check_limits(audited["verdicts"], NO_TABLE, [Limit("factor", LIMIT)])))
            yield rate("gate", f"{cell}, skill {skill:g}, limit {LIMIT:g}", "broken", broken, bar)
        worse = []
        for seed in tqdm(range(datasets), f"{cell}, other rows"):
            before, after = (_audit(np.random.default_rng([8, seed, part]), rows, KEPT, seed) for part in range(2))
            worse.append(_is_worse(before, after))
        yield rate("gate", f"{cell}, skill {KEPT:g} in two releases, other rows", "worse", worse, "at most 0.05")
        yield from _same_rows(cell, rows, datasets)


def _same_rows(cell: str, rows: int, datasets: int) -> Iterator[dict[str, object]]:
    """Yield how often a release is worse on the same rows, which are as hard to predict in part, paired and not."""
    worse: dict[tuple[float, bool], list[bool]] = {}
    for seed in tqdm(range(datasets), f"{cell}, same rows"):
        before, *after = _releases(np.random.default_rng([9, seed]), rows, seed)
        for rise, release in zip(RISES, after, strict=True):
            for paired in (True, False):
                worse.setdefault((rise, paired), []).append(_is_worse(before, release, paired=paired))
    for (rise, paired), happened in worse.items():
        what = f"{cell}, skill {KEPT:g}, then {KEPT + rise:g}, same rows, {'paired' if paired else 'unpaired'}"
        yield rate("gate", what, "worse", happened, "" if rise else "at most 0.05")


def _releases(random: np.random.Generator, rows: int, seed: int) -> Iterator[Tables]:
    """Yield the audits of a release and of the next one, had its skill risen so much."""
    case = cohort(random, GROUPS, rows)
    shared = random.normal(size=(len(case.groups), 1))
    for skill in (KEPT, *(KEPT + rise for rise in RISES)):
        yield tables(plant(random, case, "factor", skill, shared=shared), seed=seed, probes=["linear"], planted=False)


def _audit(random: np.random.Generator, rows: int, skill: float, seed: int) -> Tables:
    case = plant(random, cohort(random, GROUPS, rows), "factor", skill)
    return tables(case, seed=seed, probes=["linear"], planted=False)


def _is_worse(before: Tables, after: Tables, *, paired: bool = True) -> bool:
    errors = [by_factor(audited["group_errors"]) if paired else None for audited in (after, before)]
    return _is_broken(check_baseline(after["verdicts"], before["verdicts"], 0.0, *errors))


def _is_broken(checks: list[Check]) -> bool:
    (check,) = checks
    return check.status == "broken"

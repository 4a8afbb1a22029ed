"""Is the gate right? Limits held and broken, and a release that has not changed, beside an earlier audit."""

from collections.abc import Iterator

import numpy as np
import pandas as pd
from tqdm import tqdm

from benchmarks.calibration.auditing import audit
from benchmarks.calibration.planting import plant
from benchmarks.calibration.rates import rate
from benchmarks.calibration.verdicts import cohort
from exoprobe.gate import Check, Limit, check_baseline, check_limits

GROUPS, ROWS = 300, (5, 10)  # and rows of each
LIMIT, ABOVE, KEPT = 0.1, 0.2, 0.3  # the limit; a skill above it; the skill of two releases
NO_TABLE = pd.DataFrame({"factor": [], "given": []})


def gate(datasets: int) -> Iterator[dict[str, object]]:
    """Yield how often a limit is broken, and how often an unchanged release is worse than before, with no margin."""
    for rows in ROWS:
        cell = f"{GROUPS} groups of {rows} rows"
        for skill, bar in ((0.0, "at most 0.05"), (ABOVE, "at least 0.95")):
            broken = []
            for seed in tqdm(range(datasets), f"{cell}, skill {skill}"):
                verdicts = _audit(np.random.default_rng([7, seed]), rows, skill, seed)
                broken.append(_is_broken(check_limits(verdicts, NO_TABLE, [Limit("factor", LIMIT)])))
            yield rate("gate", f"{cell}, skill {skill:g}, limit {LIMIT:g}", "broken", broken, bar)
        worse = []
        for seed in tqdm(range(datasets), f"{cell}, unchanged"):
            before, after = (_audit(np.random.default_rng([8, seed, part]), rows, KEPT, seed) for part in range(2))
            worse.append(_is_broken(check_baseline(after, before, 0.0)))
        yield rate("gate", f"{cell}, skill {KEPT:g} in two releases", "worse", worse, "at most 0.05")


def _audit(random: np.random.Generator, rows: int, skill: float, seed: int) -> pd.DataFrame:
    case = plant(random, cohort(random, GROUPS, rows), "factor", skill)
    return audit(case, seed=seed, probes=["linear"], planted=False)


def _is_broken(checks: list[Check]) -> bool:
    (check,) = checks
    return check.status == "broken"

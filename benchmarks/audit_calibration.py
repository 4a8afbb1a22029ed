"""Are the audit's verdicts right? Made-up embeddings, with and without planted leaks.

Without: 200 datasets, in each two factors that the features tell nothing of, one of rows and one of groups, in
features that tell groups apart. With: 60 datasets, in each a factor written in linearly and one as a product of two
signs, which no linear probe can use. Coverage: 300 draws of predictions with a known skill at each skill, for equal and
for Zipf groups.
"""

import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats
from tqdm import tqdm

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.bootstrap import Bootstrap, score
from exoprobe.io.files import atomic_write
from tests.planted import Planted

NULL, LEAKING = 200, 60
DRAWS, GROUPS = 300, 60
SKILLS = (0.0, 0.2, 0.5, 0.9, 0.99, 0.999)
STRENGTH = 1.0  # of the shift between both values, in standard deviations of the feature that it is written into


def null_audit(seed: int) -> pd.DataFrame:
    """Audit a dataset without a leak."""
    with tempfile.TemporaryDirectory() as folder:
        planted = Planted(Path(folder), seed)
        planted.binary("of rows")
        planted.binary("of groups", of_group=True)
        return planted.audit()["verdicts"].assign(seed=seed, planted="nothing")


def leaking_audit(seed: int) -> pd.DataFrame:
    """Audit a dataset with a linear and a nonlinear leak."""
    with tempfile.TemporaryDirectory() as folder:
        planted = Planted(Path(folder), 10_000 + seed, groups=300)
        deviation = planted.features.std()
        planted.features[:, 0] += STRENGTH / 2 * deviation * planted.binary("linear")
        first, second = planted.rng.choice([-1, 1], (2, planted.rows))
        planted.features[:, 1] += 2 * deviation * first
        planted.features[:, 2] += 2 * deviation * second
        planted.add(Factor("nonlinear", "binary", (first * second > 0).astype(float), ("no", "yes")))
        return planted.audit()["verdicts"].assign(seed=seed, planted="leaks")


def coverage(skill: float, exponent: float) -> float:
    """Return how often the interval of a binary factor's skill covers it.

    Args:
        skill: of the population; each group has its share of errors, (1 − skill) / 2 on average.
        exponent: of the groups' sizes by rank, 0 for equal ones.
    """
    covered = []
    for seed in range(DRAWS):
        rng = np.random.default_rng(seed)
        weights = 1 / np.arange(1, GROUPS + 1) ** exponent
        sizes = np.maximum(1, np.round(5 * GROUPS * weights / weights.sum())).astype(int)
        groups = np.repeat(np.arange(GROUPS), sizes)
        truth = rng.integers(0, 2, len(groups)).astype(float)
        wrong = rng.random(len(groups)) < rng.beta(1 - skill, 1 + skill, GROUPS)[groups]
        predicted = np.where(wrong, 1 - truth, truth) - 0.5
        factor = Factor("f", "binary", truth, ("no", "yes"))
        low, high = score(factor, truth, predicted[:, None], 0.0, Bootstrap(groups)).interval("skill")
        covered.append(low <= skill <= high)
    return float(np.mean(covered))


def main() -> None:
    """Audit them all and print the rates."""
    tables = [null_audit(seed) for seed in tqdm(range(NULL), "without a leak")]
    tables += [leaking_audit(seed) for seed in tqdm(range(LEAKING), "with leaks")]
    verdicts = pd.concat(tables, ignore_index=True)
    nothing, leaking = (verdicts[verdicts["planted"] == what] for what in ("nothing", "leaks"))
    alarms = (nothing["verdict"] == "leaks").groupby(nothing["seed"]).any()
    detected = (leaking["verdict"] == "leaks").groupby(leaking["factor"]).mean()
    rows = [
        ("datasets without a leak in which a verdict says leaks", alarms.mean(), "at most 0.05"),
        ("factors of these", (nothing["verdict"] == "leaks").mean(), "at most 0.05"),
        ("Kolmogorov-Smirnov p of their p-values", stats.kstest(nothing["p"], "uniform").pvalue, "above 0.01"),
        ("linear leaks found", detected["linear"], "at least 0.95"),
        ("nonlinear leaks found", detected["nonlinear"], "at least 0.95"),
    ]
    for name, exponent in (("equal", 0.0), ("Zipf", 1.2)):
        for skill in tqdm(SKILLS, f"coverage, {name} groups"):
            row = f"intervals that cover a skill of {skill:g}, {name} groups"
            rows.append((row, coverage(skill, exponent), "0.92 to 0.98; near 1 at least 0.92"))
    rates = pd.DataFrame(rows, columns=["rate", "measured", "bar"])
    print(rates.to_string(index=False))
    with atomic_write("results/bench/audit_calibration.csv") as temporary:
        rates.to_csv(temporary, index=False)


if __name__ == "__main__":
    main()

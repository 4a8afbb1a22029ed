"""Are the audit's verdicts right? Made-up embeddings, with and without planted leaks.

Without: 200 datasets, in each two factors that the features tell nothing of, one of rows and one of groups, in
features that tell groups apart. With: 60 datasets, in each a factor written in linearly and one as a product of two
signs, which no linear probe can use.
"""

import tempfile
from pathlib import Path

import pandas as pd
from scipy import stats
from tqdm import tqdm

from exoprobe.datasets.factors import Factor
from exoprobe.io.files import atomic_write
from tests.planted import Planted

NULL, LEAKING = 200, 60
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
    rates = pd.DataFrame(rows, columns=["rate", "measured", "bar"])
    print(rates.to_string(index=False))
    with atomic_write("results/bench/audit_calibration.csv") as temporary:
        rates.to_csv(temporary, index=False)


if __name__ == "__main__":
    main()

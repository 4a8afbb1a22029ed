"""How often planted rows are among the most predictable ones, and subgroups are found: python -m benchmarks.rows.

Rows: 1 % of the rows have a stamp that gives the factor's value away; the others have nothing, or a weak signal.
Subgroups: the skill is the same everywhere (those found are chance), or higher where one factor has one value.
"""

import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from tqdm import tqdm

from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.predictable_rows import row_bits
from exoprobe.evaluation.probe_files import ProbeFiles
from exoprobe.evaluation.subgroups import subgroup_table
from exoprobe.io.files import atomic_write
from exoprobe.probes.given import predict_given
from exoprobe.probes.given_columns import AGAINST_NOTHING
from exoprobe.probes.probe_data import open_representation
from tests.planted import Planted
from tests.scores_factory import write_run

DATASETS = 100
PER_GROUP, STAMPED, STAMP = 5, 0.01, 20.0
STAMPS = {"": (2_000, 0.0), ", beside a weak signal": (2_000, 0.2), ", 400 groups": (400, 0.0)}  # groups, signal
TOP = 0.02
TEST_GROUPS, CLASSES = 120, 4


def stamped_rows(folder: Path, seed: int, groups: int, weak: float) -> Iterator[tuple[str, bool]]:
    """Yield for factors of each kind whether all stamped test rows are in the top 2 %."""
    planted = Planted(folder, seed, groups=groups, per_group=PER_GROUP)
    random, rows = planted.rng, planted.rows
    stamped = random.random(rows) < STAMPED
    codes = random.integers(0, CLASSES, rows)
    sign = 2.0 * random.integers(0, 2, rows) - 1
    factors = [
        Factor("binary", "binary", (sign > 0).astype(float), ("no", "yes")),
        Factor("classes", "categorical", codes.astype(float), tuple("abcd")),
    ]
    signals = np.stack([sign, *(codes == np.arange(CLASSES)[:, None])], axis=1)
    width = signals.shape[1]
    planted.features[:, :width] += weak * signals
    planted.features[:, width : 2 * width] += STAMP * stamped[:, None] * signals
    planted.factors = factors
    source = open_representation(planted.samples, planted.factors_file, planted.write())
    sets = {factor.name: [AGAINST_NOTHING] for factor in factors}
    bits = row_bits(predict_given(source, [source.factors[name] for name in source.factor_names], sets))
    truth = set(np.flatnonzero(stamped & (planted.split == "test")))
    for name, table in bits.groupby("factor", sort=False):
        top = table.nlargest(round(TOP * len(table)), "bits")["sample"]
        yield name, truth <= set(top)


def subgroups(folder: Path, seed: int, groups: np.ndarray, added: float) -> bool:
    """Return whether a table of subgroups has one that is surely higher; ``added`` is planted where a factor is 1.

    Args:
        folder: for the files.
        seed: of everything.
        groups: codes [n] of the test rows.
        added: of the signal.
    """
    random, rows, count = np.random.default_rng(seed), len(groups), groups.max() + 1
    planted = random.integers(0, 2, count)[groups]
    factors = [Factor("planted", "binary", planted.astype(float), ("no", "yes"))]
    for index in range(5):
        codes = random.integers(0, 2 + index % 3, count if index % 2 else rows)
        values = (codes[groups] if index % 2 else codes).astype(float)
        names = tuple("abcd"[: 2 + index % 3])
        factors.append(Factor(f"factor {index}", "categorical" if len(names) > 2 else "binary", values, names))
    factors += [Factor(f"number {index}", "continuous", random.normal(size=rows)) for index in range(2)]
    predicted = {}
    for factor in factors:
        noise = random.normal(size=rows) + 0.7 * random.normal(size=count)[groups]
        signal = random.choice([0.0, 0.3, 1.0, 2.0]) + added * (planted == 1)
        if factor.kind == "categorical":
            right = random.random(rows) < signal / 3 + 0.2 * random.random(count)[groups]
            predicted["linear", factor.name] = np.where(
                right, factor.values, random.integers(0, len(factor.categories), rows)
            )
        else:
            centered = factor.values - (0.5 if factor.kind == "binary" else 0)
            predicted["linear", factor.name] = signal * centered + noise / (1 if factor.kind == "binary" else 4)
    run = write_run(folder, factors, predicted, group=groups)
    files = {"net": ProbeFiles([run.predictions], [run.search], [], control=False)}
    table = subgroup_table(run.samples, run.factors, files)["subgroups"]
    return bool((table["low"] > 0).any())


def equal(_: int) -> np.ndarray:
    """Return groups of five rows, codes [n]."""
    return np.repeat(np.arange(TEST_GROUPS), 5)


def unequal(seed: int) -> np.ndarray:
    """Return groups of log-normal sizes, codes [n]."""
    sizes = np.ceil(np.random.default_rng(seed).lognormal(1.2, 0.9, TEST_GROUPS)).astype(int)
    return np.repeat(np.arange(TEST_GROUPS), sizes)


SUBGROUPS: dict[str, tuple[Callable[[int], np.ndarray], float]] = {
    "subgroup by chance, equal groups": (equal, 0.0),
    "subgroup by chance, unequal groups": (unequal, 0.0),
    "planted subgroup": (equal, 2.0),
}


def main() -> None:
    """Simulate and print how often each happens, with Wilson intervals."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else DATASETS
    rows: list[tuple[str, bool]] = []
    for seed in tqdm(range(count), "datasets"):
        with tempfile.TemporaryDirectory() as folder:
            for number, (words, (groups, weak)) in enumerate(STAMPS.items()):
                stamped = stamped_rows(Path(folder, f"rows{number}"), seed, groups, weak)
                rows += [(f"stamped rows in the top 2 %, {name}{words}", holds) for name, holds in stamped]
        for name, (draw_groups, added) in SUBGROUPS.items():
            with tempfile.TemporaryDirectory() as folder:
                rows.append((name, subgroups(Path(folder), seed, draw_groups(seed), added)))
    table = pd.DataFrame(rows, columns=["what", "holds"])
    with atomic_write("results/bench/rows.csv") as temporary:
        table.groupby("what", sort=False)["holds"].agg(["mean", "count"]).to_csv(temporary)
    for name, holds in table.groupby("what", sort=False)["holds"]:
        low, high = binomtest(int(holds.sum()), len(holds)).proportion_ci(method="wilson")
        print(f"{name}: {holds.mean():.3f} [{low:.3f}, {high:.3f}] of {len(holds)}")


if __name__ == "__main__":
    main()

"""Do learning curves lead where they say? python -m benchmarks.learning_curve [DATASETS] [TIMES]

Made-up features with linear leaks: 16 to 64 dimensions, 200 to 2,000 groups of 1 to 5 rows; a number, a binary factor
and five classes of skills from about 0.1 to 0.9. An audit sees them as usual (five folds below 500 groups). What it
extrapolates to twice the training groups (or TIMES, 10, of 200 or 400 groups) is compared with the same probe fitted on
as many, the first ones among them: on 3,000 other groups (*population*), and on as many as an audit of that many rows
would test (*second audit*). Skills that are not surely above 0 are not extrapolated. Writes
results/bench/learning_curve.csv, or learning_curve_10.csv.
"""

import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.stats import binomtest
from tqdm import tqdm

from benchmarks.timing import say_bars
from exoprobe.datasets.factors import RANKS, Factor
from exoprobe.datasets.group_split import FOLDS_BELOW, SHARES
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.learning import EXTRAPOLATED, learning_tables
from exoprobe.io.files import atomic_write
from exoprobe.probes.learning_curve import learning_curves
from exoprobe.probes.probe_data import Representation, open_representation
from tests.planted import Planted

DATASETS, POPULATION, FOLDS = 90, 3_000, 5
GROUPS, FEW_GROUPS, DIMENSIONS, PER_GROUP = (200, 400, 800, 2_000), (200, 400), (16, 32, 64), (1, 3, 5)
NOISES, DECAYS, WITHIN = (0.15, 0.4, 0.8, 1.5), (0.0, 0.5, 1.0), (0.3, 1.0)


@dataclass(frozen=True)
class World:
    """Groups of samples, from which datasets are drawn: features [N, D], factors of the N samples, rows per group."""

    features: np.ndarray
    factors: Sequence[Factor]
    per_group: int

    def dataset(self, folder: Path, splits: Sequence[tuple[str, int, int]]) -> tuple[Planted, Representation]:
        """Write a dataset of some groups: a name, first and last one of each split."""
        groups = np.concatenate([np.arange(start, stop) for _, start, stop in splits])
        rows = (groups[:, None] * self.per_group + np.arange(self.per_group)).ravel()
        planted = Planted(folder, groups=len(groups), per_group=self.per_group, dimension=self.features.shape[1])
        planted.split = np.repeat([name for name, start, stop in splits for _ in range(start, stop)], self.per_group)
        planted.features, planted.factors = self.features[rows], [factor.at(rows) for factor in self.factors]
        return planted, open_representation(planted.samples, planted.factors_file, planted.write())


def make_world(random: np.random.Generator, groups: int) -> World:
    """Draw features that tell groups apart, and factors that are linear in them but for noise."""
    dimension, per_group = random.choice(DIMENSIONS), int(random.choice(PER_GROUP))
    features = np.repeat(random.normal(size=(groups, dimension)), per_group, axis=0)
    features += random.choice(WITHIN) * random.normal(size=features.shape)
    signals = features / features.std(0) @ random.normal(size=(dimension, 7)) / dimension**0.5
    noise = random.choice(NOISES, 7) * random.normal(size=signals.shape)
    noise[:, 2:] *= random.choice(NOISES)
    noisy = signals + noise
    number = np.exp(noisy[:, 0]) if random.random() < 0.5 else noisy[:, 0]
    binary = noisy[:, 1] > np.quantile(noisy[:, 1], random.choice((0.5, 0.8)))
    factors = [
        Factor("number", "continuous", number, scale=RANKS),
        Factor("binary", "binary", binary.astype(float), ("no", "yes")),
        Factor("classes", "categorical", noisy[:, 2:].argmax(1).astype(float), tuple("abcde")),
    ]
    return World(features * (1 + np.arange(dimension)) ** -random.choice(DECAYS), factors, per_group)


def compare(seed: int, times: int) -> Iterator[dict[str, object]]:
    """Yield what is extrapolated to so many times the groups for each factor of a dataset, and what comes true."""
    random = np.random.default_rng(seed)
    groups = int(random.choice(GROUPS if times == 2 else FEW_GROUPS))
    train, validation, test = (round(share * groups) for share in SHARES)
    if groups < FOLDS_BELOW:
        train, validation, test = groups - groups // FOLDS, round(SHARES[1] * groups), groups
    world = make_world(random, groups + times * (train + validation) + POPULATION)
    starts = np.cumsum([groups, (times - 1) * train, times * validation, POPULATION])
    first: list[tuple[str, int, int]] = [
        ("train", 0, train), ("validation", train, train + validation), ("test", train + validation, groups)
    ]  # fmt: skip
    if groups < FOLDS_BELOW:
        ends = np.linspace(0, groups, FOLDS + 1).astype(int)
        first = [(f"fold_{fold}", *span) for fold, span in enumerate(pairwise(ends))]
    new = [("train", 0, train), ("train", groups, int(starts[1]))]
    new += [("validation", int(starts[1]), int(starts[2])), ("test", int(starts[2]), int(starts[3]))]
    with tempfile.TemporaryDirectory() as folder:
        planted, source = world.dataset(Path(folder, "first"), first)
        learning = learning_tables(source, planted.samples, planted.factors_file)["learning"]
        reached = list(second_audit(*world.dataset(Path(folder, "second"), new), times * test * world.per_group))
    for factor, truth in zip(world.factors, reached, strict=True):
        curve = learning[learning["factor"] == factor.name]
        then = curve[curve["kind"] == EXTRAPOLATED].iloc[0 if times == 2 else 1]
        now = curve[curve["kind"] != EXTRAPOLATED].iloc[-1]
        yield {
            "seed": seed, "factor": factor.name, "groups": groups, "dimension": world.features.shape[1],
            "now": now["skill"], "now_low": now["low"], "now_high": now["high"],
            **then[["skill", "low", "high"]].to_dict(), **truth,
        }  # fmt: skip


def second_audit(planted: Planted, source: Representation, rows: int) -> Iterator[dict[str, float]]:
    """Yield the skill of each factor from all training groups, on all test rows and on the first so many."""
    train, test = planted.split == "train", planted.split == "test"
    factors = [source.factors[name].learned_from(train) for name in source.factor_names]
    evaluator = Evaluator(planted.samples, planted.factors_file)
    whole = np.ones(int(test.sum()), bool)
    for index, curve in enumerate(learning_curves(source, factors, [source.groups] * len(factors), test)):
        last = curve.predicted[-1, :, 0]
        scores = [evaluator.score_rows(index, last, mask) for mask in (whole, np.arange(len(whole)) < rows)]
        yield {name: score.value("skill") for name, score in zip(("population", "second_audit"), scores, strict=True)}


def main() -> None:
    """Compare them all and print how often the interval holds what comes true."""
    given = [int(word) for word in sys.argv[1:]]
    count, times = [*given, *(DATASETS, 2)[len(given) :]]
    table = pd.DataFrame([row for seed in tqdm(range(count), "datasets") for row in compare(seed, times)])
    with atomic_write(f"results/bench/learning_curve{'' if times == 2 else f'_{times}'}.csv") as temporary:
        table.to_csv(temporary, index=False)
    known = table.dropna(subset="skill")
    print(f"{count} datasets, {len(table)} curves, {len(known)} of them extrapolated")
    for truth in ("population", "second_audit"):
        held = known[truth].between(known["low"], known["high"])
        for name, of_kind in [("all", held), *held.groupby(known["factor"])]:
            low, high = binomtest(int(of_kind.sum()), len(of_kind)).proportion_ci(method="wilson")
            print(f"{truth}, {name}: {of_kind.mean():.3f} [{low:.3f}, {high:.3f}] of {len(of_kind)}")
    error, width = known["population"] - known["skill"], (known["high"] - known["low"]).median()
    if times == 2:
        say_bars("learning_curve")
    print(f"mean error {error.mean():.3f}, root mean square {np.sqrt((error**2).mean()):.3f}, median width {width:.3f}")


if __name__ == "__main__":
    main()

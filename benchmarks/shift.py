"""Is it right that a factor hurts the label? python -m benchmarks.shift.

Null datasets: given the label, the features do not depend on the factor, which may go with the label. "Hurts" is then
false. Planted: the factor moves the features along the label's own direction. The expected drop comes from fresh
datasets with as many training groups and twenty times the test groups; intervals should cover it.
"""

import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from tqdm import tqdm

from exoprobe.datasets.factors import RANKS, Factor
from exoprobe.datasets.folds import plan_folds
from exoprobe.datasets.samples import SPLITS
from exoprobe.evaluation.binning import factor_levels
from exoprobe.evaluation.label_probe import make_label_probe
from exoprobe.evaluation.permutation_count import SIGNIFICANT
from exoprobe.evaluation.shift import LEVELS
from exoprobe.evaluation.unseen_values import UnseenValues, compare_unseen

DATASETS, FRESH = 300, 100
GROUPS, PER_GROUP, DIMENSION = 200, 5, 8
FEW_GROUPS, FEW_FOLDS = 60, 10
LARGE_TEST = 20  # times the test groups, for the truth


@dataclass(frozen=True)
class Sample:
    """Features [n, D], label, factor, groups [n], and what the factor varies between [n]."""

    features: np.ndarray
    label: Factor
    factor: Factor
    groups: np.ndarray
    units: np.ndarray


Generator = Callable[[np.random.Generator, int], Sample]


def _features(random: np.random.Generator, groups: np.ndarray, signal: np.ndarray) -> np.ndarray:
    """Return features that tell groups apart, with a signal in the first dimension."""
    features = random.normal(size=(groups.max() + 1, DIMENSION))[groups] + random.normal(size=(len(groups), DIMENSION))
    features[:, 0] += signal
    return features


def _classes(name: str, codes: np.ndarray) -> Factor:
    kind = "binary" if codes.max() == 1 else "categorical"
    return Factor(name, kind, codes.astype(float), tuple(map(str, range(codes.max() + 1))))


def of_groups(random: np.random.Generator, groups: int, *, strength: float = 0.0, sizes: object = PER_GROUP) -> Sample:
    """Four scanners, one for each patient; the label of a row goes with the scanner; the features may too."""
    patient = np.repeat(np.arange(groups), sizes)
    scanner = random.integers(0, 4, groups)[patient]
    label = (random.random(len(patient)) < np.array([0.25, 0.4, 0.6, 0.75])[scanner]).astype(int)
    moved = strength * np.array([0.0, 1.0, -1.0, 0.0])[scanner]
    features = _features(random, patient, 2.5 * label + moved)
    return Sample(features, _classes("label", label), _classes("scanner", scanner), patient, patient)


def of_rows(random: np.random.Generator, groups: int, *, strength: float = 0.0) -> Sample:
    """Two stains, of each row; the label goes with the stain (Cramér's V 0.6); the features may too."""
    patient = np.repeat(np.arange(groups), PER_GROUP)
    label = random.integers(0, 2, len(patient))
    stain = (random.random(len(patient)) < 0.2 + 0.6 * label).astype(int)
    features = _features(random, patient, 2.5 * label + strength * stain)
    return Sample(features, _classes("label", label), _classes("stain", stain), patient, patient)


def of_sessions(random: np.random.Generator, groups: int) -> Sample:
    """Two sessions for each patient, which the features tell apart; the factor is one of each, in random order."""
    patient, session = np.repeat(np.arange(groups), 10), np.repeat(np.arange(2 * groups), 5)
    label = random.integers(0, 2, len(patient))
    features = _features(random, session, 2.5 * label)
    factor = (random.integers(0, 2, groups)[patient] + session % 2) % 2
    return Sample(features, _classes("label", label), _classes("session", factor), patient, patient)


def of_sites(random: np.random.Generator, groups: int) -> Sample:
    """Twenty sites, which the features tell apart; the factor is a property of the site, known as its unit."""
    patient = np.repeat(np.arange(groups), PER_GROUP)
    site = random.integers(0, 20, groups)[patient]
    label = random.integers(0, 2, len(patient))
    features = _features(random, patient, 2.5 * label) + random.normal(size=(20, DIMENSION))[site]
    factor = random.permutation(np.arange(20) % 2)[site]
    return Sample(features, _classes("label", label), _classes("old", factor), patient, site)


def of_zipf_groups(random: np.random.Generator, groups: int) -> Sample:
    """As :func:`of_groups`, with sizes that fall as 1 / rank."""
    weights = 1 / np.arange(1, groups + 1)
    sizes = np.maximum(1, np.round(PER_GROUP * groups * weights / weights.sum())).astype(int)
    return of_groups(random, groups, sizes=random.permutation(sizes))


def of_numbers(random: np.random.Generator, groups: int, *, strength: float = 0.0) -> Sample:
    """Label and factor are numbers, correlated by 0.5; the features may depend on the factor's square too."""
    patient = np.repeat(np.arange(groups), PER_GROUP)
    factor = random.normal(size=len(patient))
    label = 0.5 * factor + np.sqrt(0.75) * random.normal(size=len(patient))
    features = _features(random, patient, 1.5 * label + strength * factor**2)
    numbers = (Factor(name, "continuous", values, scale=RANKS) for name, values in (("label", label), ("age", factor)))
    return Sample(features, *numbers, patient, patient)


def of_many_labels(random: np.random.Generator, groups: int, *, strength: float = 0.0) -> Sample:
    """Ten labels; six scanners that go with them and, if planted, move the features."""
    patient = np.repeat(np.arange(groups), PER_GROUP)
    label = random.integers(0, 10, len(patient))
    scanner = (label + random.integers(0, 5, len(patient))) % 6
    features = _features(random, patient, 0.0) + random.normal(size=(10, DIMENSION))[label] * 2
    features += strength * random.normal(size=(6, DIMENSION))[scanner]
    return Sample(features, _classes("label", label), _classes("scanner", scanner), patient, patient)


NULL: dict[str, Generator] = {
    "of groups": of_groups, "of rows": of_rows, "of sessions": of_sessions, "of sites": of_sites,
    "Zipf groups": of_zipf_groups, "numbers": of_numbers, "ten labels": of_many_labels,
}  # fmt: skip
PLANTED: dict[str, Generator] = {
    "of groups": lambda random, groups: of_groups(random, groups, strength=3.0),
    "of rows": lambda random, groups: of_rows(random, groups, strength=-3.0),
    "numbers": lambda random, groups: of_numbers(random, groups, strength=1.0),
}


def compare(sample: Sample, splits: np.ndarray) -> UnseenValues:
    """Compare the label's skill on unseen and seen values; splits [number of groups] name each group's."""
    folds = plan_folds(sample.groups, splits[sample.groups])
    features = (sample.features / sample.features.std(0)).astype(np.float32)
    features -= features.mean(0)
    probe = make_label_probe(features, sample.label, sample.groups, folds)
    result = compare_unseen(probe, factor_levels(sample.factor, LEVELS).codes, sample.units)
    assert result is not None
    return result


def split_of(groups: int, folds: int, test: int = 1) -> np.ndarray:
    """Return each group's split: folds, or three splits with ``test`` times the groups to test on."""
    if folds:
        return np.array([f"fold_{index * folds // groups}" for index in range(groups)])
    train, validation = int(0.6 * GROUPS), int(0.75 * GROUPS)
    return np.array(SPLITS)[np.searchsorted([train, validation], np.arange(groups), side="right")]


def wilson(hits: int, count: int) -> str:
    """Return a rate with its 95 % interval."""
    rate, square = hits / count, 1.96**2 / count
    center, half = (rate + square / 2) / (1 + square), np.sqrt(square * (rate * (1 - rate) + square / 4)) / (1 + square)
    return f"{rate:6.1%} [{center - half:.1%}, {center + half:.1%}] of {count}"


def null_rates(count: int, groups: int, folds: int, names: Iterable[str] = NULL) -> None:
    """Print how often nothing hurts all the same."""
    for name in names:
        hurts = 0
        for seed in tqdm(range(count), name, leave=False):
            result = compare(NULL[name](np.random.default_rng(seed), groups), split_of(groups, folds))
            hurts += result.p <= SIGNIFICANT and result.drop[1] > 0
        print(f"nothing planted, {groups} groups, {name}: hurts {wilson(hurts, count)}", flush=True)


def coverage(count: int) -> None:
    """Print how often the interval covers the expected drop, and how often it is said to hurt."""
    large = int(0.75 * GROUPS) + LARGE_TEST * (GROUPS - int(0.75 * GROUPS))
    for name, generate in PLANTED.items():
        fresh = [
            compare(generate(np.random.default_rng(10_000 + seed), large), split_of(large, 0)).drop[0]
            for seed in tqdm(range(FRESH), name, leave=False)
        ]
        truth = float(np.mean(fresh))
        results = [
            compare(generate(np.random.default_rng(seed), GROUPS), split_of(GROUPS, 0))
            for seed in tqdm(range(count), name, leave=False)
        ]
        covered = sum(result.drop[1] <= truth <= result.drop[2] for result in results)
        hurts = sum(result.p <= SIGNIFICANT and result.drop[1] > 0 for result in results)
        right = sum(result.drop[0] > 0 for result in results)
        print(f"planted, {name}: expected drop {truth:.3f}; covered {wilson(covered, count)}, above 0 {right}, "
              f"hurts {wilson(hurts, count)}", flush=True)  # fmt: skip


def main(count: int = DATASETS) -> None:
    """Print the rates."""
    coverage(count)
    null_rates(count, GROUPS, 0)
    null_rates(count, FEW_GROUPS, FEW_FOLDS)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))

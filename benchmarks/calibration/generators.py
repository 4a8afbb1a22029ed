"""Made-up datasets in which the features know nothing of the factors: every "leaks" is false.

Each generator draws a :class:`Case`. They differ in what may deceive a test: sizes of groups, dependence within them,
larger units than the group, distributions of the factors, many factors, few rows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

ZIPF = 1.2  # exponent of the groups' sizes by rank


@dataclass(frozen=True)
class Case:
    """A dataset.

    Attributes:
        features: float64 [N, D].
        groups: int [N].
        factors: by name [N], of which nothing is encoded.
        units: by name of a factor, int [N], what it varies between; rows where it is not named.
        others: columns of the table that are no null factors, such as the site.
        joined: those of them through which groups hang together.
    """

    features: np.ndarray
    groups: np.ndarray
    factors: dict[str, np.ndarray]
    units: dict[str, np.ndarray]
    others: dict[str, np.ndarray]
    joined: tuple[str, ...] = ()


def zipf_sizes(groups: int, rows: int, exponent: float = ZIPF) -> np.ndarray:
    """Return sizes of groups that fall with their rank, about ``rows`` in all, at least 1 each; equal at exponent 0."""
    weights = 1 / np.arange(1, groups + 1) ** exponent
    return np.maximum(1, np.round(weights / weights.sum() * rows)).astype(int)


def of_groups(random: np.random.Generator, groups: np.ndarray, dimension: int, noise: float = 0.3) -> np.ndarray:
    """Return features that tell groups apart, [N, D]."""
    effects = random.normal(size=(groups.max() + 1, dimension))
    return effects[groups] + noise * random.normal(size=(len(groups), dimension))


def equal(random: np.random.Generator) -> Case:
    """60 groups of five rows; factors of the row and of the group."""
    group = np.repeat(np.arange(60), 5)
    factors = {
        "binary": random.random(300) < 0.5,
        "of group": random.permutation(np.arange(60) % 2)[group],
        "number": random.normal(size=300),
        "number of group": random.normal(size=60)[group],
    }
    return Case(of_groups(random, group, 16), group, factors, {"of group": group, "number of group": group}, {})


def sites(random: np.random.Generator) -> Case:
    """Ten sites of twelve patients with three rows; groups are patients, factors are of the site."""
    patient = np.repeat(np.arange(120), 3)
    site = patient // 12
    features = random.normal(size=(10, 8))[site] + of_groups(random, patient, 8, 0.5)
    factors = {"binary": random.permutation(np.arange(10) % 2)[site], "number": random.normal(size=10)[site]}
    return Case(features, patient, factors, dict.fromkeys(factors, site), {"site": site})


def nested(random: np.random.Generator) -> Case:
    """40 sites of two to six patients with two rows each; groups are sites, factors of site, patient and row."""
    sizes = random.integers(2, 7, 40)
    site_of = np.repeat(np.arange(40), sizes)
    patient = np.repeat(np.arange(len(site_of)), 2)
    site = site_of[patient]
    features = random.normal(size=(40, 8))[site] + of_groups(random, patient, 8, 0.5)
    factors = {
        "of site": random.permutation(np.arange(40) % 2)[site],
        "number of site": random.normal(size=40)[site],
        "of patient": (random.random(len(site_of)) < 0.4)[patient],
    }
    units = {"of site": site, "number of site": site, "of patient": patient}
    return Case(features, site, factors, units, {"patient": patient})


def joined(random: np.random.Generator) -> Case:
    """Twelve sites of two to eight patients with three rows; both are groups, one patient is in two sites.

    Factors of the site, of the patient, more or less frequent in each site, and of the row.
    """
    counts = random.integers(2, 9, 12)
    site_of = np.repeat(np.arange(12), counts)
    patient = np.repeat(np.arange(len(site_of)), 3)
    site = site_of[patient]
    features = random.normal(size=(12, 8))[site] + of_groups(random, patient, 8, 0.5)
    common = random.normal(size=12)[site_of]
    factors = {
        "of site": random.permutation(np.arange(12) % 2)[site],
        "number of site": random.normal(size=12)[site],
        "of patient": (common + random.normal(size=len(site_of)) > 0)[patient],
        "of row": random.normal(size=len(patient)),
    }
    site[0] = 1
    return Case(features, patient, factors, {}, {"site": site}, ("site",))


def sizes(random: np.random.Generator) -> Case:
    """80 groups of Zipf's sizes; factors go with the size."""
    counts = random.permutation(zipf_sizes(80, 1000))
    group = np.repeat(np.arange(80), counts)
    big = (np.argsort(np.argsort(-counts)) < 20) ^ (random.random(80) < 0.15)
    number = np.log(counts) + 0.3 * random.normal(size=80)
    factors = {"big": big[group], "number": number[group]}
    return Case(of_groups(random, group, 8), group, factors, dict.fromkeys(factors, group), {})


def sessions(random: np.random.Generator) -> Case:
    """40 people with two sessions of six rows; features know the session, factors are of it."""
    person, session = np.repeat(np.arange(40), 12), np.repeat(np.arange(80), 6)
    first = random.integers(0, 2, 40)
    factors = {"crossed": (first[person] + session % 2) % 2, "number": random.normal(size=80)[session]}
    return Case(of_groups(random, session, 8), person, factors, dict.fromkeys(factors, session), {})


def walks(random: np.random.Generator) -> Case:
    """40 groups of twelve rows; features and factors are random walks within them."""
    group = np.repeat(np.arange(40), 12)
    features = random.normal(size=(40, 12, 8)).cumsum(1).reshape(-1, 8) + 3 * random.normal(size=(40, 8))[group]
    walk = random.normal(size=(40, 12)).cumsum(1).ravel()
    factors = {"number": walk, "binary": random.normal(size=(40, 12)).cumsum(1).ravel() > 0}
    return Case(features, group, factors, {}, {})


def rare(random: np.random.Generator) -> Case:
    """200 groups of five rows; 2 % of rows, and of groups, have the rarer value."""
    group = np.repeat(np.arange(200), 5)
    few = np.arange(200) < 6
    factors = {"of row": random.permutation(np.arange(1000) < 20), "of group": random.permutation(few)[group]}
    return Case(of_groups(random, group, 8), group, factors, {"of group": group}, {})


def categories(random: np.random.Generator) -> Case:
    """100 groups of five rows; ten categories of the row and of the group."""
    group = np.repeat(np.arange(100), 5)
    names = np.array(list("abcdefghij"))
    factors = {
        "of row": names[random.integers(0, 10, 500)],
        "of group": names[random.permutation(np.arange(100) % 10)][group],
    }
    return Case(of_groups(random, group, 8), group, factors, {"of group": group}, {})


def skewed(random: np.random.Generator) -> Case:
    """80 groups of five rows; a log-normal and a zero-inflated number of the row, and a log-normal one of the group."""
    group = np.repeat(np.arange(80), 5)
    factors = {
        "log-normal": np.exp(2 * random.normal(size=400)),
        "zero-inflated": (random.random(400) < 0.25) * np.exp(0.5 * random.normal(size=400)),
        "of group": np.exp(2 * random.normal(size=80))[group],
    }
    return Case(of_groups(random, group, 8), group, factors, {"of group": group}, {})


def many(random: np.random.Generator) -> Case:
    """80 groups of four rows; 30 factors with correlation 0.5."""
    group = np.repeat(np.arange(80), 4)
    values = np.sqrt(0.5) * (random.normal(size=(320, 1)) + random.normal(size=(320, 30)))
    factors = {f"{index}": column if index % 2 else column > 0 for index, column in enumerate(values.T)}
    return Case(of_groups(random, group, 8), group, factors, {}, {})


def wide(random: np.random.Generator) -> Case:
    """60 groups of two rows, 400 dimensions."""
    group = np.repeat(np.arange(60), 2)
    factors = {"binary": random.random(120) < 0.5, "of group": random.normal(size=60)[group]}
    return Case(of_groups(random, group, 400), group, factors, {"of group": group}, {})


def few(random: np.random.Generator) -> Case:
    """60 rows, each its own group."""
    factors = {"binary": random.random(60) < 0.5, "number": random.normal(size=60)}
    return Case(random.normal(size=(60, 16)), np.arange(60), factors, {}, {})


NULLS: dict[str, Callable[[np.random.Generator], Case]] = {
    generator.__name__: generator
    for generator in (sites, joined, sizes, sessions, nested, walks, skewed, few, rare, wide, categories, equal, many)
}

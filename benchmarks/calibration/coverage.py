"""Do intervals cover? Predictions of known skill, with errors that are alike within groups."""

from collections.abc import Callable, Iterator

import numpy as np

from benchmarks.calibration.generators import zipf_sizes
from benchmarks.calibration.rates import rate
from exoprobe.datasets.factors import Factor
from exoprobe.evaluation.bootstrap import Bootstrap, score

SKILLS = (0.0, 0.2, 0.5, 0.9, 0.99, 0.999)
GROUPS = (12, 24, 48, 200)
EXPONENTS = {"equal": 0.0, "Zipf": 1.2}
PER_GROUP = 5
WITHIN = 0.5  # share of a number's variance that is between groups
BAR = "0.92 to 0.98"
NEAR_ONE = "at least 0.92"  # errors are too few for 0.98: an interval holds the truth whenever there are none

Draw = Callable[[np.random.Generator, float, np.ndarray], tuple[Factor, np.ndarray]]


def coverage(datasets: int) -> Iterator[dict[str, object]]:
    """Yield the share of intervals that cover, by kind of factor, sizes of groups, their number, and skill."""
    draws: dict[str, Draw] = {"binary": binary, "number": number}
    for kind, draw in draws.items():
        for sizes, exponent in EXPONENTS.items():
            for groups in GROUPS:
                group = np.repeat(np.arange(groups), zipf_sizes(groups, PER_GROUP * groups, exponent))
                bootstrap = Bootstrap(group)
                for skill in SKILLS if kind == "binary" else SKILLS[1:]:  # without skill, a number's is 0 in any draw
                    ends = [_interval(draw, skill, bootstrap, seed) for seed in range(datasets)]
                    known = [(low, high) for low, high in ends if np.isfinite(low)]
                    bar = NEAR_ONE if kind == "binary" and skill >= 0.9 else BAR
                    covered = [low <= skill <= high for low, high in known]
                    yield rate("coverage", f"{kind}, {groups} {sizes} groups", f"covers {skill:g}", covered, bar)


def _interval(draw: Draw, skill: float, bootstrap: Bootstrap, seed: int) -> tuple[float, float]:
    factor, predicted = draw(np.random.default_rng(seed), skill, bootstrap.groups)
    return score(factor, factor.values, predicted[:, None], 0.0, bootstrap).interval("skill")


def binary(random: np.random.Generator, skill: float, groups: np.ndarray) -> tuple[Factor, np.ndarray]:
    """Draw a factor of the row and predictions; each group has its share of errors, (1 − skill) / 2 on average."""
    truth = random.integers(0, 2, len(groups)).astype(float)
    shares = random.beta(1 - skill, 1 + skill, groups.max() + 1)
    wrong = random.random(len(groups)) < shares[groups]
    return Factor("f", "binary", truth, ("no", "yes")), np.where(wrong, 1 - truth, truth) - 0.5


def number(random: np.random.Generator, skill: float, groups: np.ndarray) -> tuple[Factor, np.ndarray]:
    """Draw a normally distributed factor and predictions; both, and so the errors, are alike within groups.

    A correlation of ρ with the best predictions gives a skill of 1 − √(1 − ρ²).
    """
    known, unknown = (
        np.sqrt(WITHIN) * random.normal(size=groups.max() + 1)[groups]
        + np.sqrt(1 - WITHIN) * random.normal(size=len(groups))
        for _ in range(2)
    )
    predicted = np.sqrt(1 - (1 - skill) ** 2) * known
    truth = predicted + (1 - skill) * unknown
    return Factor("f", "continuous", truth), predicted

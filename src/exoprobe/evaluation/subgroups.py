"""Subgroups of the test rows in which a factor is most decodable, with intervals that hold for the search.

Of many subgroups the best one looks good by chance. So they are searched on half of the test groups, and the few that
are chosen are estimated on the other half, with intervals for all of them together (sample splitting: Cox 1975;
Bonferroni).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise, product
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.evaluation.evaluator import Evaluator
from exoprobe.evaluation.intervals import LEVEL, resampling_units
from exoprobe.evaluation.probe_files import ProbeFiles, best_predictions
from exoprobe.evaluation.subgroup_skill import CellSums, Comparison, cells

COLUMNS = [
    *("representation", "factor", "probe", "subgroup", "skill", "skill_low", "skill_high", "elsewhere"),
    *("difference", "low", "high", "rows", "groups"),
]
MOST_CHOSEN = 3  # subgroups of a factor and representation
PAIRED = 8  # columns whose pairs are searched: those of the best subgroups
MOST_VALUES, MOST_CELLS = 30, 64  # of a column, of a pair
SHARES = 3  # of a number, with about as many rows
QUARTER = 90  # degrees
PROMISING = 0.8  # level of the interval that must lie above 0 in the searched half


@dataclass(frozen=True)
class Column:
    """A column whose values are subgroups.

    Attributes:
        name: of the factor.
        codes: int [n], -1 where unknown.
        words: what each code stands for.
    """

    name: str
    codes: np.ndarray
    words: tuple[str, ...]


@dataclass(frozen=True)
class Subgroup:
    """Rows at a value of a column, or of two: ``words`` has a condition each, ``rows`` is bool [n]."""

    words: tuple[str, ...]
    cells: np.ndarray
    code: int


@dataclass(frozen=True)
class _Case:
    """The best probe's predictions of a factor, of the rows where it is known: of two halves of the groups."""

    names: Mapping[str, str]
    halves: tuple[np.ndarray, np.ndarray]
    factor: Factor
    predicted: np.ndarray
    units: np.ndarray
    chosen: list[Subgroup]


def subgroup_table(
    samples: str | Path, factors: str | Path, representations: Mapping[str, ProbeFiles]
) -> dict[str, pd.DataFrame]:
    """Search the subgroups in which the best probe's skill is highest, on test and of the first training seed.

    Args:
        samples: the dataset.
        factors: of its samples.
        representations: what was computed of each.

    Returns:
        ``subgroups``: at most 3 rows per representation and factor, of promising values of one or two other factors:
        the ``skill`` in the ``subgroup`` and ``elsewhere``, each beside a constant of its own, and their
        ``difference``, on the half of the test groups that they were not chosen on. All intervals of the table hold
        together with a probability of 95 %.
    """
    evaluator = Evaluator(samples, factors, rare=False)
    columns = [column for factor in evaluator.factors if (column := as_column(factor)) is not None]
    cases = []
    for name, files in representations.items():
        best = best_predictions(files, evaluator.factors, evaluator.sample_ids)
        for index, (factor, probe, predicted) in enumerate(best):
            names = {"representation": name, "factor": factor.name, "probe": probe}
            cases.append(_search(names, factor, predicted, evaluator.groups_of(index), columns))
    count = sum(len(case.chosen) for case in cases)
    rows = [row for case in cases for row in _estimate(case, count)]
    return {"subgroups": pd.DataFrame(rows, columns=COLUMNS)}


def as_column(factor: Factor) -> Column | None:
    """Return a factor's values as subgroups: classes, thirds of numbers, quarters of angles; None of too many."""
    known, values, name = factor.known, factor.values, factor.name
    if factor.kind in CLASSES:
        words = tuple(f"{name} = {category}" for category in factor.categories)
        codes = values
    elif factor.kind == "angle":
        unit = factor.period / 360
        words = tuple(f"{start * unit:g} ≤ {name} < {(start + QUARTER) * unit:g}" for start in range(0, 360, QUARTER))
        codes = np.floor(values % 360 / QUARTER)
    else:
        edges = np.unique(np.quantile(values[known], np.arange(1, SHARES) / SHARES)) if known.any() else np.empty(0)
        codes = np.where(known, np.searchsorted(edges, values, side="left"), np.nan)
        between = [f"{low:.4g} < {name} ≤ {high:.4g}" for low, high in pairwise(edges)]
        words = (f"{name} ≤ {edges[0]:.4g}", *between, f"{name} > {edges[-1]:.4g}") if len(edges) else ()
    if not 2 <= len(words) <= MOST_VALUES:
        return None
    return Column(name, np.where(known, np.nan_to_num(codes), -1).astype(np.int64), words)


def search_subgroups(
    factor: Factor, predicted: np.ndarray, units: np.ndarray, columns: Sequence[Column], rows: np.ndarray
) -> list[Subgroup]:
    """Return the most promising subgroups, no two of which share a condition.

    Args:
        factor: of n samples, all known.
        predicted: [n].
        units: int [n], what is independent.
        columns: of n samples.
        rows: bool [n], the rows to search.
    """
    singles = {column.name: _scan(factor, predicted, units, (column,), rows) for column in columns}
    best = {name: max((low for low, _ in entries), default=-np.inf) for name, entries in singles.items()}
    paired = sorted((column for column in columns if best[column.name] > -np.inf), key=lambda c: -best[c.name])
    scanned = [entry for entries in singles.values() for entry in entries]
    for pair in combinations(paired[:PAIRED], 2):
        if len(pair[0].words) * len(pair[1].words) <= MOST_CELLS:
            scanned += _scan(factor, predicted, units, pair, rows)
    chosen: list[Subgroup] = []
    for low, subgroup in sorted(scanned, key=lambda entry: -entry[0]):
        if low > 0 and len(chosen) < MOST_CHOSEN and not any(set(subgroup.words) & set(of.words) for of in chosen):
            chosen.append(subgroup)
    return chosen


def _scan(
    factor: Factor, predicted: np.ndarray, units: np.ndarray, columns: Sequence[Column], rows: np.ndarray
) -> list[tuple[float, Subgroup]]:
    """Return the low end of how much higher the skill is, and the subgroup, for each that is large enough."""
    codes = cells([column.codes for column in columns], [len(column.words) for column in columns])
    lows = CellSums(factor.at(rows), predicted[rows], units[rows], codes[rows]).lows(PROMISING)
    words = list(product(*(column.words for column in columns)))
    return [(low, Subgroup(words[code], codes, code)) for code, low in enumerate(lows) if low > -np.inf]


def _search(
    names: Mapping[str, str], factor: Factor, predicted: np.ndarray, groups: np.ndarray, columns: Sequence[Column]
) -> _Case:
    known = factor.known & ~np.isnan(predicted)
    factor, predicted, units = factor.at(known), predicted[known], resampling_units(groups)[known]
    others = [Column(c.name, c.codes[known], c.words) for c in columns if c.name != factor.name]
    order = np.random.default_rng(0).permutation(int(units.max(initial=0)) + 1)
    first = order[units] % 2 == 0
    chosen = search_subgroups(factor, predicted, units, others, first) if len(units) else []
    return _Case(names, (first, ~first), factor, predicted, units, chosen)


def _estimate(case: _Case, count: int) -> list[dict[str, object]]:
    """Return the rows of a case, estimated on the other half, with intervals for as many subgroups together."""
    _, rows = case.halves
    table = []
    for subgroup in case.chosen:
        sums = CellSums(case.factor.at(rows), case.predicted[rows], case.units[rows], subgroup.cells[rows])
        if subgroup.code < len(sums.counts) and sums.eligible()[subgroup.code]:
            compared = sums.compare(subgroup.code, 1 - (1 - LEVEL) / count)
            table.append({**case.names, "subgroup": " and ".join(subgroup.words), **_row(compared)})
    return table


def _row(compared: Comparison) -> dict[str, object]:
    skill, difference = compared.skill, compared.difference
    return {
        "skill": skill[0], "skill_low": skill[1], "skill_high": skill[2], "elsewhere": compared.elsewhere,
        "difference": difference[0], "low": difference[1], "high": difference[2],
        "rows": compared.rows, "groups": compared.groups,
    }  # fmt: skip

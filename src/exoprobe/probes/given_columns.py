"""What each factor is set against: given columns, the label, or the other factor that predicts it best."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import Factor
from exoprobe.errors import ExoprobeError
from exoprobe.probes.conditional_ridge import GIVEN_ALPHA
from exoprobe.probes.given_design import given_design
from exoprobe.probes.outcomes import Outcome, known_together

INNER_FOLDS = 4
GIVEN, LABEL, STRONGEST = "given", "label", "strongest"


@dataclass(frozen=True)
class GivenSet:
    """Columns that a factor is set against.

    Attributes:
        columns: their names; of nothing, the factor is set against a constant.
        source: ``given`` (asked for), ``label``, ``strongest``: the other factor that predicts it best, or ``nothing``.
    """

    columns: tuple[str, ...]
    source: str


AGAINST_NOTHING = GivenSet((), "nothing")


def choose_given(
    factors: Sequence[Factor], label: Factor | None, given: Sequence[str] | None, groups: np.ndarray
) -> dict[str, list[GivenSet]]:
    """Return what each factor is set against.

    Args:
        factors: of N samples.
        label: the label's column, where it is not the groups'.
        given: names of columns that all others are set against; None for the label, and for the other factor that
            predicts a factor best, each by itself.
        groups: [N].

    Raises:
        ExoprobeError: where a given column is neither a factor nor the label.
    """
    if given is not None:
        check_given(given, [factor.name for factor in factors], None if label is None else label.name)
        joint = {factor.name: tuple(name for name in given if name != factor.name) for factor in factors}
        return {name: [GivenSet(columns, GIVEN)] for name, columns in joint.items() if columns}
    strongest = strongest_others(factors, groups)
    sets: dict[str, list[GivenSet]] = {}
    for factor in factors:
        sets[factor.name] = []
        if label is not None and label.name != factor.name:
            sets[factor.name].append(GivenSet((label.name,), LABEL))
        if factor.name in strongest:
            sets[factor.name].append(GivenSet((strongest[factor.name],), STRONGEST))
    return sets


def check_given(given: Sequence[str], factors: Sequence[str], label: str | None) -> None:
    """Refuse given columns that are neither factors of the audit nor its label, by their names.

    Raises:
        ExoprobeError: naming the first, and what there is.
    """
    known = [*factors, *([] if label is None or label in factors else [label])]
    for index, name in enumerate(given):
        if name not in known:
            raise ExoprobeError(
                f"audit.given[{index}] is {name!r}, which is no factor of this audit; allowed: {', '.join(known)}"
            )


def strongest_others(factors: Sequence[Factor], groups: np.ndarray) -> dict[str, str]:
    """Return for each factor the name of the other that predicts it best, by squared error in unseen groups."""
    everywhere = np.ones(len(groups), bool)
    outcomes = [Outcome(factor, everywhere) for factor in factors]
    errors = {other.name: _errors(other, outcomes, groups) for other in factors}
    chosen = {}
    for index, factor in enumerate(factors):
        candidates = {name: by_factor[index] for name, by_factor in errors.items() if name != factor.name}
        if candidates:
            chosen[factor.name] = min(candidates, key=lambda name: candidates[name])
    return chosen


def inner_folds(groups: np.ndarray, seed: int = 0) -> np.ndarray:
    """Put groups into INNER_FOLDS folds of about as many groups at random, int [N]; the rows, where there is one."""
    names, index = np.unique(groups, return_inverse=True)
    if len(names) < INNER_FOLDS:
        index = np.arange(len(groups))
    return (np.random.default_rng(seed).permutation(index.max() + 1) % INNER_FOLDS)[index]


def _errors(other: Factor, outcomes: Sequence[Outcome], groups: np.ndarray) -> list[float]:
    """Return the squared error of each outcome predicted from another factor alone, on inner folds by group."""
    design, folds, errors = given_design([other]), inner_folds(groups), [0.0] * len(outcomes)
    for indices in known_together([outcome.factor for outcome in outcomes], np.ones(len(groups), bool)):
        known = outcomes[indices[0]].factor.known
        columns = np.hstack([outcomes[index].columns for index in indices])[known]
        by_column = _column_errors(design[known], columns, folds[known])
        starts = np.cumsum([0, *(outcomes[index].width for index in indices[:-1])])
        for index, error in zip(indices, np.add.reduceat(by_column, starts), strict=True):
            errors[index] = float(error)
    return errors


def _column_errors(design: np.ndarray, outcome: np.ndarray, folds: np.ndarray) -> np.ndarray:
    """Return the summed squared error of each outcome [n, T] on folds that the regression was not fitted on, [T]."""
    errors = np.zeros(outcome.shape[1])
    for fold in np.unique(folds):
        fitted, held_out = folds != fold, folds == fold
        mean, center = outcome[fitted].mean(0), design[fitted].mean(0)
        columns = design[fitted] - center
        products = columns.T @ columns + GIVEN_ALPHA * np.eye(design.shape[1])
        coef = np.linalg.solve(products, columns.T @ (outcome[fitted] - mean))
        errors += np.square(outcome[held_out] - mean - (design[held_out] - center) @ coef).sum(0)
    return errors

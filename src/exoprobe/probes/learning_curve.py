"""Ridge regression fitted on more and more training groups: how each factor's skill grows with them.

Factors that are known for the same rows share one pass over the features for each random order of the groups, and the
factorizations for each number of groups. Subsets are nested: those of an order hold the smaller ones.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from exoprobe.datasets.factors import Factor
from exoprobe.datasets.folds import Fold
from exoprobe.features.drawn_rows import draw_rows
from exoprobe.features.moments import Moments, measure_moments
from exoprobe.probes.learning_features import LearningFeatures
from exoprobe.probes.nested_ridge import NestedModels, choose_alphas, fit_nested, nested_moments
from exoprobe.probes.online_code import OnlineCode, code_online
from exoprobe.probes.probe_data import Representation
from exoprobe.probes.targets import Targets, join_targets
from exoprobe.progress import progress

log = logging.getLogger(__name__)

SIZES = 6  # numbers of groups, at equal ratios …
LEAST_SHARE, LEAST_GROUPS = 1 / 32, 8  # … from the larger of these on
ORDERS, FEW_ORDERS = 8, 3  # of the groups, at random: usually, and where there is more to fit than …
FEW_FITS, MANY_ROWS, MANY_DIRECTIONS = 4, 100_000, 1_024  # … this
CODED = 2  # orders whose description is measured; of each fold, one
MAX_CODED = 20_000  # rows that are described
MAX_CALIBRATION = 5_000  # rows that probabilities are scaled on


@dataclass(frozen=True)
class LearningCurve:
    """What the ridge probe of a factor predicts after more and more training groups.

    Attributes:
        factor: its name.
        groups: float64 [S], numbers of training groups, or of the units that it varies between; the mean over folds.
        rows: float64 [S], of theirs, the mean over orders and folds.
        predicted: float64 [S, n, O], predictions of the n test rows in O orders of the groups, as
            :func:`exoprobe.probes.targets.to_values` gives them; NaN where the factor is unknown.
        code: the description of the training rows, the mean over orders and folds.
    """

    factor: str
    groups: np.ndarray
    rows: np.ndarray
    predicted: np.ndarray
    code: OnlineCode


def learning_curves(
    source: Representation, factors: Sequence[Factor], units: Sequence[np.ndarray], test: np.ndarray
) -> list[LearningCurve]:
    """Fit factors on nested subsets of the training groups, choose alpha on validation, and predict test.

    Args:
        source: the representation, of N samples.
        factors: of these samples, each known in the training, validation and test rows of every fold.
        units: of each factor, what it varies between, codes [N]: groups, or what these nest in.
        test: bool [N], which test rows to predict, n of them.

    Returns:
        One per factor.
    """
    folds = source.folds()
    alike: dict[tuple[bytes, bytes], list[int]] = {}
    for index, (factor, codes) in enumerate(zip(factors, units, strict=True)):
        alike.setdefault((factor.known.tobytes(), codes.tobytes()), []).append(index)
    of_folds: dict[int, list[LearningCurve]] = {index: [] for index in range(len(factors))}
    steps = len(folds) * len(alike)
    with progress(steps, "fold", log, f"fitting {len(factors)} factors on fewer groups") as bar:
        for number, fold in enumerate(folds):
            features = LearningFeatures(source, fold)
            orders = _orders(features, steps)
            for indices in alike.values():
                members, codes = [factors[index] for index in indices], units[indices[0]]
                plan = _Plan(fold, codes, members, test & fold.test, _shares(folds, members[0], codes))
                seeds = [1_000 * number + order for order in range(orders)]
                curves = _fold_curves(plan, features, seeds, 1 if len(folds) > 1 else CODED)
                bar.update()
                for index, curve in zip(indices, curves, strict=True):
                    of_folds[index].append(curve)
    return [_joined(curves, [fold.test[test] for fold in folds]) for curves in of_folds.values()]


def _orders(features: LearningFeatures, fits: int) -> int:
    """Return how many orders of the groups are taken in each of so many fits, of a fold and a pattern of known rows."""
    rows, directions = features.shape
    is_small = fits <= FEW_FITS and rows <= MANY_ROWS and directions <= MANY_DIRECTIONS
    return ORDERS if is_small else FEW_ORDERS


def _shares(folds: Sequence[Fold], factor: Factor, units: np.ndarray) -> np.ndarray:
    """Return which shares of the training units are fitted on, ascending; the last is 1."""
    least = min(len(np.unique(units[fold.train & factor.known])) for fold in folds)
    shares = np.geomspace(min(max(LEAST_SHARE, LEAST_GROUPS / least), 1), 1, SIZES)
    different = np.unique(np.round(shares * least)[::-1], return_index=True)[1]
    return np.asarray(shares[::-1][different])


@dataclass(frozen=True)
class _Plan:
    """Factors that are known for the same rows and vary between the same units, and the rows of a fold.

    Attributes:
        fold: its rows.
        units: codes [N].
        factors: of N samples.
        test: bool [N], which test rows to predict.
        shares: of the training units that are fitted on, ascending.
    """

    fold: Fold
    units: np.ndarray
    factors: Sequence[Factor]
    test: np.ndarray
    shares: np.ndarray

    @cached_property
    def targets(self) -> Targets:
        """The factors' columns, learned from the training rows."""
        return join_targets([factor.learned_from(self.fold.train) for factor in self.factors])

    @property
    def known(self) -> np.ndarray:
        """Where the factors are known, bool [N]."""
        return self.factors[0].known

    @cached_property
    def sizes(self) -> np.ndarray:
        """How many units are fitted on, int [S]."""
        return np.round(self.shares * len(np.unique(self.units[self.fold.train & self.known]))).astype(int)

    def draw(self, rows: np.ndarray, most: int) -> np.ndarray:
        """Return those of some rows where the factors are known, of more than ``most`` whole groups: bool [N]."""
        known = np.flatnonzero(rows & self.known)
        drawn = np.zeros(len(rows), bool)
        drawn[known[draw_rows(self.units[known], most)]] = True
        return drawn

    def shells(self, seed: int) -> np.ndarray:
        """Return the first of the sizes at which each training row is fitted on, in a random order: int [N]."""
        rows = self.fold.train & self.known
        codes, index = np.unique(self.units[rows], return_inverse=True)
        ranks = np.random.default_rng(seed).permutation(len(codes))
        shells = np.full(len(rows), len(self.sizes))
        shells[rows] = np.searchsorted(self.sizes, ranks[index], side="right")
        return shells


def _fold_curves(plan: _Plan, features: LearningFeatures, seeds: Sequence[int], coded: int) -> list[LearningCurve]:
    """Return the curves of a fold's factors; of the test rows, those of the fold."""
    predicted, rows, codes = [], [], []
    held_out = [_moments(plan, features, validation & plan.known) for _, validation in plan.fold.tuning]
    train = plan.fold.train & plan.known
    for order, seed in enumerate(seeds):
        shells, pair = plan.shells(seed), order % len(held_out)
        models, tuned = _fit(plan, features, shells, plan.fold.tuning[pair][0], held_out[pair])
        outputs = models.balanced(plan.targets).predict(features.blocks(plan.test & plan.known))
        predicted.append(plan.targets.values(outputs))
        rows.append(np.cumsum(np.bincount(shells[train], minlength=len(plan.sizes))))
        if order < coded:
            codes.append(_codes(plan, features, shells, (models, tuned), plan.fold.tuning[pair][1]))
    values = np.full((len(plan.sizes), int(plan.test.sum()), len(seeds), len(plan.factors)), np.nan)
    values[:, plan.known[plan.test]] = np.stack(predicted, axis=2)
    mean_rows, groups = np.mean(rows, axis=0), plan.sizes.astype(float)
    return [
        LearningCurve(
            factor.name, groups, mean_rows, values[..., index], OnlineCode.mean([code[index] for code in codes])
        )
        for index, factor in enumerate(plan.factors)
    ]


def _moments(plan: _Plan, features: LearningFeatures, rows: np.ndarray) -> Moments:
    return measure_moments(features.blocks(rows), plan.targets.columns[rows])


def _fit(
    plan: _Plan, features: LearningFeatures, shells: np.ndarray, tuning: np.ndarray, held_out: Moments
) -> tuple[NestedModels, NestedModels]:
    """Return the models of all training rows, and those of the rows that alpha was chosen on, the same if all were."""

    def measure(rows: np.ndarray) -> list[Moments]:
        return nested_moments(features.blocks(rows), plan.targets.columns[rows], shells[rows], len(plan.sizes))

    train, tuning = plan.fold.train & plan.known, tuning & plan.known
    subsets = measure(tuning)
    alphas = choose_alphas(subsets, held_out, plan.targets.owner)
    tuned = fit_nested(subsets, alphas)
    return (tuned if np.array_equal(train, tuning) else fit_nested(measure(train), alphas)), tuned


def _codes(
    plan: _Plan,
    features: LearningFeatures,
    shells: np.ndarray,
    models: tuple[NestedModels, NestedModels],
    validation: np.ndarray,
) -> list[OnlineCode]:
    """Return the online code of each factor's training rows."""
    rows, drawn = plan.draw(plan.fold.train, MAX_CODED), plan.draw(validation, MAX_CALIBRATION)
    final, tuned = models
    seen, unseen = final.contributions(features.blocks(rows)), tuned.contributions(features.blocks(drawn))
    codes = []
    for index, factor in enumerate(plan.factors):
        columns = plan.targets.columns_of(index)
        outcome = plan.targets.columns[:, columns]
        calibration = outcome[drawn], unseen[..., columns]
        codes.append(code_online(factor, outcome[rows], seen[..., columns], shells[rows], calibration))
    return codes


def _joined(curves: Sequence[LearningCurve], tests: Sequence[np.ndarray]) -> LearningCurve:
    """Put the curves of all folds together; ``tests`` says of the test rows [n] which are of a fold."""
    first = curves[0]
    predicted = np.full((len(first.groups), len(tests[0]), first.predicted.shape[2]), np.nan)
    for curve, rows in zip(curves, tests, strict=True):
        predicted[:, rows] = curve.predicted
    groups, rows = (np.mean([getattr(curve, name) for curve in curves], axis=0) for name in ("groups", "rows"))
    return LearningCurve(first.factor, groups, rows, predicted, OnlineCode.mean([curve.code for curve in curves]))

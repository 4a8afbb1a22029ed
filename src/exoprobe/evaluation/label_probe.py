"""The label's linear probe, trained on any rows, and what is shared by all questions to it."""

from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.datasets.folds import Fold
from exoprobe.evaluation.binning import factor_levels
from exoprobe.evaluation.bootstrap import Bootstrap, score
from exoprobe.evaluation.rare_categories import without_rare
from exoprobe.probes.skill import best_constant
from exoprobe.probes.subset_ridge import SubsetRidge

CROSSED_BINS = 10  # of a label that is a number or an angle, which each level must have …
MATCHED_BINS = 40  # … and within which rows are replaced by others


@dataclass(frozen=True)
class LabelProbe:
    """The label's probe in each fold, of n samples.

    Attributes:
        label: with the scale that predictions are judged on; unknown where its class is too rare in test.
        classes: int [n], its classes or bins, −1 where it is unknown.
        alike: int [n], its classes or finer bins, −1 where it is unknown.
        constants: [n], the best constant of the rows that each fold is trained on.
        groups: [n].
        folds: of these samples.
        ridges: of each fold, with the alpha chosen on validation.
        test: bool [n].
        train: bool [n], rows that some fold is trained on.
    """

    label: Factor
    classes: np.ndarray
    alike: np.ndarray
    constants: np.ndarray
    groups: np.ndarray
    folds: list[Fold]
    ridges: list[SubsetRidge]
    test: np.ndarray
    train: np.ndarray

    def bootstrap(self, units: np.ndarray) -> Bootstrap:
        """Return the draws of units [n] of the test rows."""
        return Bootstrap(units[self.test])


def make_label_probe(features: np.ndarray, label: Factor, groups: np.ndarray, folds: list[Fold]) -> LabelProbe:
    """Choose the probe's alpha in each fold.

    Args:
        features: float32 [n, D].
        label: of these samples.
        groups: [n].
        folds: of these samples.
    """
    test = np.any([fold.test for fold in folds], axis=0)
    train = np.any([fold.train for fold in folds], axis=0)
    _, left_out = without_rare(label.at(test), groups[test])
    rare = np.isin(label.values, [label.categories.index(name) for name in left_out])
    known = Factor(label.name, label.kind, np.where(rare, np.nan, label.values), label.categories, scale=label.scale)
    ridges, constants = [], np.zeros(len(groups))
    for fold in folds:
        ridge = SubsetRidge(features, known.learned_from(fold.train))
        ridge.choose_alpha(fold.tuning)
        ridges.append(ridge)
        constants[fold.test] = best_constant(known, fold.train)
    classes, alike = (_codes(known, most) for most in (CROSSED_BINS, MATCHED_BINS))
    return LabelProbe(known.learned_from(train), classes, alike, constants, groups, folds, ridges, test, train)


def label_skill(probe: LabelProbe) -> tuple[float, float, float]:
    """Return the skill for the label of probes that are trained on all rows, and the ends of its 95 % interval."""
    predicted = np.full(len(probe.groups), np.nan)
    for fold, ridge in zip(probe.folds, probe.ridges, strict=True):
        known = fold.train & probe.label.known
        predicted[fold.test] = ridge.predict(ridge.moments(known), fold.test)
    truth, constants = probe.label.values[probe.test], probe.constants[probe.test]
    result = score(probe.label, truth, predicted[probe.test, None], constants, probe.bootstrap(probe.groups))
    return result.value("skill"), *result.interval("skill")


def _codes(label: Factor, most: int) -> np.ndarray:
    """Return a label's classes, or so many bins, as codes, −1 where it is unknown."""
    codes = label.values if label.kind in CLASSES else factor_levels(label, most).codes
    return np.where(label.known, np.nan_to_num(codes), -1).astype(int)

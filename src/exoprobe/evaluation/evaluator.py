"""The test samples of a dataset with their factors: what predictions are compared with."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

from exoprobe.datasets.factors import Factor, read_factors
from exoprobe.datasets.folds import Fold, plan_folds, plan_repeats
from exoprobe.datasets.samples import dataset_digest, read_repeats, read_samples
from exoprobe.datasets.units import Unit, read_unit_columns, varying_units
from exoprobe.evaluation.bootstrap import Bootstrap, BootstrapResult, score
from exoprobe.evaluation.rare_categories import without_rare
from exoprobe.probes.probe_data import LABEL, label_factor
from exoprobe.probes.skill import best_constant


class Evaluator:
    """The test samples of a dataset with their factors.

    Args:
        samples: the dataset, with one split or with folds, each of which is test once.
        factors: of its samples.
        rows: bool [N], which samples to score on; None for all of test.
        with_label: whether to score the label too, as a factor of classes.
        rare: whether categories that too few test groups hold count.

    Attributes:
        factors: F of them, of the n test samples.
        constants: [n] of each, the best constant of the rows that its fold is trained on.
        groups: [n].
        units: of each factor, what it varies between where that is coarser than the group, of the n test samples.
        left_out: of each factor, the categories that do not count.
        units_seen: of each factor, how many of its unit's values are in train and in test.
        sample_ids: [n].
        folds: how many; 1 for one split.
        dataset_digest: of the dataset.
    """

    def __init__(
        self,
        samples: str | Path,
        factors: str | Path,
        rows: np.ndarray | None = None,
        *,
        with_label: bool = False,
        rare: bool = True,
    ) -> None:
        columns = read_samples(samples, ["sample_id", "group", "split", *([LABEL] if with_label else [])])
        self.dataset_digest = dataset_digest(samples)
        all_factors = read_factors(factors, self.dataset_digest)
        if with_label:
            all_factors = [label_factor(columns[LABEL]), *all_factors]
        folds = plan_folds(columns["group"], columns["split"])
        repeats = [fold for repeat in plan_repeats(read_repeats(samples)) for fold in repeat]
        self.folds = len(folds)
        test = np.any([fold.test for fold in folds], axis=0) if rows is None else rows
        trained = np.any([fold.train for fold in folds], axis=0)
        all_factors = [factor.learned_from(trained) for factor in all_factors]  # one scale of errors for all folds
        self.constants = [np.zeros(int(test.sum())) for _ in all_factors]
        for fold in folds:
            for factor, constants in zip(all_factors, self.constants, strict=True):
                constants[fold.test[test]] = best_constant(factor, fold.train)
        units = varying_units(all_factors, columns["group"], read_unit_columns(samples))
        self.units = [unit and replace(unit, codes=unit.codes[test]) for unit in units]
        self.units_seen = [0 if unit is None else _seen(unit, [*folds, *repeats]) for unit in units]
        self.factors = [factor.at(test) for factor in all_factors]
        self.groups, self.sample_ids = columns["group"][test], columns["sample_id"][test]
        self.left_out: list[tuple[str, ...]] = [() for _ in self.factors]
        if not rare:
            judged = [without_rare(factor, self.groups_of(index)) for index, factor in enumerate(self.factors)]
            self.factors, self.left_out = [factor for factor, _ in judged], [names for _, names in judged]
        self._bootstraps = {"": Bootstrap(self.groups)}
        self.train_shares = _train_shares(all_factors, [fold.train for fold in folds])

    def groups_of(self, index: int) -> np.ndarray:
        """Return what the factor with an index varies between, codes [n]: its unit's values or the groups."""
        unit = self.units[index]
        return self.groups if unit is None else unit.codes

    def score(self, index: int, predicted: np.ndarray, *, auc: bool = False) -> BootstrapResult:
        """Score predictions [n, S] or [n, S, R] of the factor with an index."""
        factor, constants = self.factors[index], self.constants[index]
        return score(factor, factor.values, predicted, constants, self.bootstrap_of(index), auc=auc)

    def bootstrap_of(self, index: int) -> Bootstrap:
        """Return the draws of what the factor with an index varies between."""
        unit = self.units[index]
        name = "" if unit is None else unit.name
        if name not in self._bootstraps:
            self._bootstraps[name] = Bootstrap(self.groups_of(index))
        return self._bootstraps[name]

    def score_rows(self, index: int, predicted: np.ndarray, rows: np.ndarray) -> BootstrapResult:
        """Score predictions [n] on some test rows, bool [n], resampling their groups."""
        factor, constant = self.factors[index].at(rows), self.constants[index][rows]
        return score(
            factor, factor.values, predicted[rows, None], constant, Bootstrap(self.groups_of(index)[rows]), auc=True
        )


def has_label(samples: str | Path) -> bool:
    """Return whether a dataset has a label."""
    return LABEL in pq.read_schema(samples).names


def _seen(unit: Unit, folds: Sequence[Fold]) -> int:
    """Return how many values of a unit are in train and in test of one fold or another."""
    seen = [np.intersect1d(unit.codes[fold.train], unit.codes[fold.test]) for fold in folds]
    return len(np.unique(np.concatenate(seen)))


def _train_shares(factors: Sequence[Factor], trains: Sequence[np.ndarray]) -> list[float]:
    """Return how common the second value of each binary factor is in training, the mean over folds."""
    return [
        float(np.mean([np.nanmean(factor.values[train]) for train in trains])) if factor.kind == "binary" else np.nan
        for factor in factors
    ]

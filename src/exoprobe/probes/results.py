"""What a probe predicts for the test rows, after its settings were chosen on validation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import CLASSES
from exoprobe.probes.skill import best_constant, measures, row_statistics
from exoprobe.probes.targets import Targets

HYPERPARAMETERS = ("C", "alpha", "bandwidth", "neighbors", "hidden_units", "normal_scores")


@dataclass(frozen=True)
class ProbeResult:
    """One probe's predictions.

    Attributes:
        probe: its name, or that of its variant.
        targets: which factors, of N samples.
        values: [n, F], of the n test rows, as :func:`exoprobe.probes.targets.to_values` gives them.
        settings: the L settings that were compared.
        skills: [L, F], of each on validation.
        accuracies: [L, F], of factors of classes; NaN of others.
        chosen: int [F], the indices of the best.
    """

    probe: str
    targets: Targets
    values: np.ndarray
    settings: Sequence[Mapping[str, float]]
    skills: np.ndarray
    accuracies: np.ndarray
    chosen: np.ndarray

    def search_results(self) -> pd.DataFrame:
        """Return a row per factor and setting.

        Its columns are ``probe``, ``factor``, one per hyperparameter (missing where the probe has no such),
        ``skill`` and ``accuracy`` on validation, and ``chosen``.
        """
        count, factors = len(self.settings), [factor.name for factor in self.targets.factors]
        columns = {
            name: np.tile([setting.get(name, np.nan) for setting in self.settings], len(factors))
            for name in HYPERPARAMETERS
        }
        return pd.DataFrame(
            {
                "probe": self.probe,
                "factor": np.repeat(factors, count),
                **columns,
                "skill": self.skills.T.ravel(),
                "accuracy": self.accuracies.T.ravel(),
                "chosen": (np.arange(count) == self.chosen[:, None]).ravel(),
            }
        )


def skills_on_validation(
    targets: Targets, rows: np.ndarray, train: np.ndarray, values: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Score predictions at several settings.

    Args:
        targets: of all N samples.
        rows: int [n], which samples were predicted.
        train: bool [N], where the constant baseline comes from.
        values: [L, n, F].

    Returns:
        Skill and, of factors of classes, accuracy, both [L, F]; −inf and NaN where nothing is known to compare with.
    """
    skills = np.full((len(values), len(targets.factors)), -np.inf)
    accuracies = np.full(skills.shape, np.nan)
    for index, factor in enumerate(targets.factors):
        truth = factor.values[rows]
        known = ~np.isnan(truth)
        if not known.any():
            continue
        constant = best_constant(factor, train)
        for setting, predicted in enumerate(values[:, known, index]):
            measure = measures(factor, row_statistics(factor, truth[known], predicted, constant).sum(0))
            skills[setting, index] = np.nan_to_num(measure["skill"], nan=-np.inf)
            if factor.kind in CLASSES:
                accuracies[setting, index] = measure["accuracy"]
    return skills, accuracies

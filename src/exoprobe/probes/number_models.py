"""Ridge regression of numbers whose unit may or may not be the one that features are linear in.

A number on ranks is fitted twice: as its normal score, and as the number itself, without its farthest values.
Validation chooses. Of a log-normal number the score is the better target; of one that features encode linearly, and
that is not normally distributed, the number.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.features.moments import measure_moments
from exoprobe.probes.linear_models import LinearModels
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.ridge import ALPHAS, fit_ridge_path
from exoprobe.probes.targets import Targets


@dataclass(frozen=True)
class NumberModels:
    """Linear models of targets, some fitted to numbers instead of their scores.

    Attributes:
        models: of T targets at L settings.
        targets: what they predict.
        plain: bool [L, T], which models' outputs are numbers; they become scores.
    """

    models: LinearModels
    targets: Targets
    plain: np.ndarray

    @property
    def settings(self) -> Sequence[dict[str, float]]:
        """``alpha``, and whether normal scores were fitted."""
        return self.models.settings

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for some rows, bool [N]: float64 [L, n, T]."""
        outputs = self.models.outputs(data, rows)
        for setting, target in np.argwhere(self.plain):
            reference = self.targets.factors[self.targets.owner[target]].reference
            assert reference is not None
            outputs[setting, :, target] = reference.of_standardized(outputs[setting, :, target])
        return outputs

    def select(self, chosen: np.ndarray) -> "NumberModels":
        """Return one model per target, at the settings with these indices [T]."""
        plain = self.plain[chosen, np.arange(len(chosen))][None]
        return NumberModels(self.models.select(chosen), self.targets, plain)


def fit_numbers(data: ProbeData, targets: Targets) -> LinearModels | NumberModels:
    """Fit numbers and angles that are known for the same rows on train, at every alpha."""
    known = data.rows["train"] & targets.factors[0].known
    on_ranks = np.array([targets.factors[index].on_ranks for index in targets.owner])
    columns = np.hstack([targets.columns, _plain_columns(targets, on_ranks)])
    path = fit_ridge_path(measure_moments(data.blocks(known), columns[known]))
    settings = [{"alpha": alpha} for alpha in ALPHAS]
    count = len(on_ranks)
    of_scores = LinearModels(path.coef[:, :count], path.intercept[:, :count], settings)
    if not on_ranks.any():
        return of_scores
    coef, intercept = of_scores.coef.copy(), of_scores.intercept.copy()
    coef[:, on_ranks], intercept[:, on_ranks] = path.coef[:, count:], path.intercept[:, count:]
    models = LinearModels(
        np.concatenate([of_scores.coef, coef]),
        np.concatenate([of_scores.intercept, intercept]),
        [{**setting, "normal_scores": scores} for scores in (1.0, 0.0) for setting in settings],
    )
    plain = np.repeat([np.zeros(count, bool), on_ranks], len(settings), axis=0)
    return NumberModels(models, targets, plain)


def _plain_columns(targets: Targets, on_ranks: np.ndarray) -> np.ndarray:
    """Return the numbers on ranks as they are, standardized: float64 [N, R]."""
    columns = np.empty((len(targets.columns), int(on_ranks.sum())))
    for position, index in enumerate(targets.owner[on_ranks]):
        factor = targets.factors[index]
        assert factor.reference is not None
        columns[:, position] = factor.reference.standardized(factor.values)
    return columns

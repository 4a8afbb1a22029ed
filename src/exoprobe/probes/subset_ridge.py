"""Ridge regressions of one outcome on many subsets of the same rows: each from the moments of its rows.

Moments of disjoint rows add, and those of some rows can be taken away from those of all. So a model without some rows
costs a pass over these, or none where their moments are known already.
"""

from collections.abc import Sequence

import numpy as np
import torch

from exoprobe.datasets.factors import Factor
from exoprobe.features.moments import Moments
from exoprobe.probes.methods.fourier import balance
from exoprobe.probes.ridge import ridge_coefficients, ridge_of
from exoprobe.probes.skill import best_constant, measures, row_statistics
from exoprobe.probes.targets import Targets, join_targets

ALPHAS = tuple(10.0**power for power in range(-4, 2))
Rows = np.ndarray  # bool [N], or indices


class SubsetRidge:
    """Ridge regressions of an outcome on rows of the same features.

    Args:
        features: float32 [N, D].
        outcome: of these N samples, with the scale learned from the rows that are fitted.

    Attributes:
        alpha: relative to the mean variance of the features' directions; of :meth:`choose_alpha`.
    """

    def __init__(self, features: np.ndarray, outcome: Factor) -> None:
        self.features, self.outcome = features, outcome
        self.alpha = 1.0
        self._targets: Targets = join_targets([outcome])

    def choose_alpha(self, tuning: Sequence[tuple[np.ndarray, np.ndarray]]) -> None:
        """Choose the alpha of most skill.

        Args:
            tuning: pairs of rows to fit on and to predict, bool [N] each.
        """
        statistics = []
        for train, validation in tuning:
            known = validation & self.outcome.known
            constant = best_constant(self.outcome, train)
            moments, truth = self.moments(train & self.outcome.known), self.outcome.values[known]
            statistics.append(
                [
                    row_statistics(self.outcome, truth, self.predict(moments, known, alpha), constant).sum(0)
                    for alpha in ALPHAS
                ]
            )
        skills = measures(self.outcome, np.sum(statistics, axis=0))["skill"]
        self.alpha = ALPHAS[int(np.nan_to_num(skills, nan=-np.inf).argmax())]

    def moments(self, rows: Rows) -> Moments:
        """Return the moments of features and outcome on some rows, where the outcome is known."""
        features = torch.from_numpy(self.features[rows])
        columns = self._targets.columns[rows]
        if not len(columns):
            width, targets = self.features.shape[1], columns.shape[1]
            return Moments(0, np.zeros(width), np.zeros(targets), np.zeros((width, width)), np.zeros((width, targets)))
        mean, target_mean = features.mean(0), columns.mean(0)
        centered = features - mean
        gram = (centered.T @ centered).double().numpy()
        cross = (centered.T @ torch.from_numpy(columns - target_mean).float()).double().numpy()
        return Moments(len(columns), mean.double().numpy(), target_mean, gram, cross)

    def predict(self, moments: Moments, rows: Rows, alpha: float | None = None) -> np.ndarray:
        """Fit on rows that are known by their moments, and predict others.

        Returns:
            [n], as :func:`exoprobe.probes.targets.to_values` gives them; classes count alike.
        """
        ridge = ridge_of(moments.gram, self.alpha if alpha is None else alpha)
        coef = ridge_coefficients(moments.gram, moments.cross, ridge)[None]
        scale, offset = balance(coef, moments, self._targets)
        coef = coef * scale[:, None]
        outputs = torch.from_numpy(self.features[rows]) @ torch.from_numpy(coef[0].T).float()
        shifted = outputs.double().numpy() + (offset - coef @ moments.mean)[0]
        return np.asarray(self._targets.values(shifted)[:, 0])

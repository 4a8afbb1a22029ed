"""Ridge regressions of one outcome on many subsets of the same rows: each from the moments of its rows.

Moments of disjoint rows add, and those of some rows can be taken away from those of all. So a model without some rows
costs a pass over these, or none where their moments are known already.
"""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import torch

from exoprobe.datasets.factors import Factor
from exoprobe.features.moments import Moments
from exoprobe.probes.methods.fourier import balance
from exoprobe.probes.ridge import ridge_coefficients, ridge_of, ridge_solver
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
        self._remembered = b"", Moments(0, *(np.zeros(0) for _ in range(4)))

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
        centered = (features - mean).numpy()
        gram = (centered.T @ centered).astype(np.float64)  # numpy computes one half of it only, torch both
        cross = (centered.T @ (columns - target_mean).astype(np.float32)).astype(np.float64)
        return Moments(len(columns), mean.double().numpy(), target_mean, gram, cross)

    def moments_without(self, rows: np.ndarray, left_out: np.ndarray) -> Moments:
        """Return the moments of some rows, bool [N], without others, from whichever are fewer.

        Those of all of the rows are remembered until others are asked for.
        """
        left_out = rows & left_out
        if 2 * left_out.sum() > rows.sum():
            return self.moments(rows & ~left_out)
        if self._remembered[0] != (key := rows.tobytes()):
            self._remembered = key, self.moments(rows)
        return self._remembered[1].without(self.moments(left_out))

    def predict(self, moments: Moments, rows: Rows, alpha: float | None = None) -> np.ndarray:
        """Fit on rows that are known by their moments, and predict others.

        Returns:
            [n], as :func:`exoprobe.probes.targets.to_values` gives them; classes count alike.
        """
        ridge = ridge_of(moments.gram, self.alpha if alpha is None else alpha)
        coef = ridge_coefficients(moments.gram, moments.cross, ridge)
        return np.asarray(self._values([moments], coef[None], rows)[0])

    def predict_without(self, moments: Moments, fitted: Rows, blocks: np.ndarray, rows: Rows) -> np.ndarray:
        """Predict with all rows that are fitted, and after leaving out each block of them, to first order in its size.

        Coefficients change by (gram + ridge)⁻¹ times the products of the block's features and residuals (infinitesimal
        jackknife, Jaeckel 1972); means and the balance of classes are those without the block.

        Args:
            moments: of the rows that are fitted.
            fitted: bool [N], of which those count whose outcome is known.
            blocks: int [N], from 0 to J − 1.
            rows: to predict, bool [N].

        Returns:
            [1 + J, n], see :meth:`predict`.
        """
        known = np.flatnonzero(fitted & self.outcome.known)
        ridge = ridge_of(moments.gram, self.alpha)
        solve = ridge_solver(moments.gram, ridge)
        coef = solve(moments.cross).T
        models, gradients = [moments], [np.zeros_like(moments.cross)]
        for block in range(blocks.max() + 1):
            members = known[blocks[known] == block]
            features, columns = self.features[members], self._targets.columns[members] - moments.target_mean
            residuals = columns - features @ coef.T.astype(np.float32) + coef @ moments.mean
            values = np.hstack([residuals, columns, np.ones((len(members), 1))]).astype(np.float32)
            products = (features.T @ values).astype(np.float64) - np.outer(moments.mean, values.sum(0))
            gradient, cross, total = np.split(products, [len(coef), 2 * len(coef)], axis=1)
            count = moments.count - len(members)
            apart, targets_apart = total[:, 0] / count, columns.sum(0) / count
            gradients.append(gradient - ridge * len(members) / moments.count * coef.T)  # less ridge for fewer rows
            models.append(
                replace(
                    moments,
                    count=count,
                    mean=moments.mean - apart,
                    target_mean=moments.target_mean - targets_apart,
                    cross=moments.cross - cross - count * np.outer(apart, targets_apart),
                )
            )
        changes = solve(np.hstack(gradients)).T.reshape(len(models), *coef.shape)
        return self._values(models, coef - changes, rows)

    def _values(self, moments: Sequence[Moments], coef: np.ndarray, rows: Rows) -> np.ndarray:
        """Predict rows with models [J, T, D] of so many moments: [J, n]."""
        balanced = [balance(model[None], each, self._targets) for each, model in zip(moments, coef, strict=True)]
        coef = coef * np.stack([scale for scale, _ in balanced])[..., None]
        means = np.einsum("jtd,jd->jt", coef, np.stack([each.mean for each in moments]))
        offset = np.concatenate([offset for _, offset in balanced]) - means
        models = torch.from_numpy(coef.reshape(-1, coef.shape[-1]).T).float()
        outputs = (torch.from_numpy(self.features[rows]) @ models).double().numpy().reshape(-1, *coef.shape[:2])
        return np.asarray(self._targets.values(outputs.swapaxes(0, 1) + offset[:, None])[..., 0])

"""Ridge regressions on nested subsets of the training rows, from the moments of what each subset adds."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import add

import numpy as np

from exoprobe.features.blocks import Blocks
from exoprobe.features.moments import Moments, measure_group_moments
from exoprobe.probes.linear_models import LinearModels
from exoprobe.probes.methods.fourier import balance
from exoprobe.probes.ridge import ridge_coefficients, ridge_of
from exoprobe.probes.targets import Targets

ALPHAS = tuple(10.0**power for power in range(-4, 4))  # relative to the mean variance of the features' directions


@dataclass(frozen=True)
class NestedModels:
    """Models of T targets, fitted on each of S nested subsets.

    Attributes:
        coef: float64 [S, T, D].
        moments: of each subset's rows.
    """

    coef: np.ndarray
    moments: Sequence[Moments]

    def balanced(self, targets: Targets) -> LinearModels:
        """Return the models as probes predict with them: rare classes count as much as others."""
        coef, intercept = [], []
        for weights, moments in zip(self.coef, self.moments, strict=True):
            scale, offset = balance(weights[None], moments, targets)
            coef.append(weights * scale[:, None])
            intercept.append(offset[0] - coef[-1] @ moments.mean)
        return self._models(coef, intercept)

    def contributions(self, features: Blocks) -> np.ndarray:
        """Return the outputs for features [n, D] less the targets' means: float64 [S, n, T]."""
        shifts = [-weights @ moments.mean for weights, moments in zip(self.coef, self.moments, strict=True)]
        return self._models(list(self.coef), shifts).predict(features)

    def _models(self, coef: Sequence[np.ndarray], intercept: Sequence[np.ndarray]) -> LinearModels:
        return LinearModels(np.stack(coef), np.stack(intercept), [{}] * len(self.moments))


def nested_moments(features: Blocks, targets: np.ndarray, shells: np.ndarray, count: int) -> list[Moments]:
    """Measure the moments of S nested subsets in one pass.

    Args:
        features: [n, D].
        targets: float64 [n, T].
        shells: int [n], the first subset that each row is in, from 0 to S − 1.
        count: S.
    """
    return list(accumulate(measure_group_moments(features, targets, shells, count), add))


def choose_alphas(subsets: Sequence[Moments], held_out: Moments, owner: np.ndarray) -> np.ndarray:
    """Choose alpha by the squared error on held-out rows, for each factor and subset.

    Args:
        subsets: of S subsets of the rows to fit on.
        held_out: of the others.
        owner: int [T], the factor of each target.

    Returns:
        float64 [S, T], the same for all targets of a factor.
    """
    chosen = []
    for moments in subsets:
        errors = np.stack([_squared_errors(_fit(moments, alpha), moments, held_out) for alpha in ALPHAS])
        of_factors = np.stack([errors[:, owner == index].sum(1) for index in range(owner.max() + 1)], axis=1)
        chosen.append(np.array(ALPHAS)[of_factors.argmin(0)][owner])
    return np.stack(chosen)


def fit_nested(subsets: Sequence[Moments], alphas: np.ndarray) -> NestedModels:
    """Fit every target on every subset at its own alpha, [S, T]."""
    coef = []
    for moments, of_targets in zip(subsets, alphas, strict=True):
        weights = np.empty_like(moments.cross.T)
        for alpha in np.unique(of_targets):
            targets = of_targets == alpha
            weights[targets] = ridge_coefficients(
                moments.gram, moments.cross[:, targets], ridge_of(moments.gram, alpha)
            )
        coef.append(weights)
    return NestedModels(np.stack(coef), subsets)


def _fit(moments: Moments, alpha: float) -> np.ndarray:
    return ridge_coefficients(moments.gram, moments.cross, ridge_of(moments.gram, alpha))


def _squared_errors(coef: np.ndarray, fitted: Moments, held_out: Moments) -> np.ndarray:
    """Return the squared errors of models [T, D] summed over held-out rows, less what all models share: [T]."""
    errors = np.einsum("td,td->t", coef @ held_out.gram, coef) - 2 * np.einsum("td,dt->t", coef, held_out.cross)
    shift = held_out.target_mean - fitted.target_mean - coef @ (held_out.mean - fitted.mean)
    return np.asarray(errors + held_out.count * np.square(shift))

"""Ridge regressions on features and given columns together, and on the given columns alone, from shared moments.

All factors and all sets of given columns share one pass over the features and one factorization: given columns are few,
so that they enter by a block of their own (the Schur complement of the features' block). They are hardly shrunk. So
the features explain what the given columns leave (Frisch, Waugh and Lovell).
"""

from dataclasses import dataclass

import numpy as np
from scipy.linalg import cho_factor, cho_solve

from exoprobe.features.blocks import Blocks
from exoprobe.features.moments import Moments, measure_group_moments

ALPHAS = tuple(10.0**power for power in range(-6, 4))  # relative to the mean variance of the features' directions
GIVEN_ALPHA = 1.0  # of the given columns, in rows: a class of few rows is not taken at its word


@dataclass(frozen=True)
class ConditionalModels:
    """Models of T outcomes fitted on some rows.

    Attributes:
        features: float64 [L, T, D], coefficients of the features at L alphas.
        given: float64 [L, T, P], of the given columns beside them.
        given_alone: float64 [T, P], of the given columns without the features.
        moments: of the rows, with the outcomes' and all given columns' means.
        outcomes: int [T], which columns of the moments' targets are the outcomes.
        columns: int [P], which are the given ones.
    """

    features: np.ndarray
    given: np.ndarray
    given_alone: np.ndarray
    moments: Moments
    outcomes: np.ndarray
    columns: np.ndarray

    def at(self, alphas: np.ndarray) -> "ConditionalModels":
        """Return the models of one alpha per outcome, by their indices int [T], as L = 1."""
        outcomes = np.arange(len(alphas))
        chosen = self.features[alphas, outcomes][None], self.given[alphas, outcomes][None]
        return ConditionalModels(*chosen, self.given_alone, self.moments, self.outcomes, self.columns)

    def given_outputs(self, design: np.ndarray) -> np.ndarray:
        """Predict the outcomes from given columns [n, P] alone: float64 [n, T]."""
        centered = design - self.moments.target_mean[self.columns]
        return np.asarray(self.moments.target_mean[self.outcomes] + centered @ self.given_alone.T)

    def contributions(self, projections: np.ndarray, design: np.ndarray) -> np.ndarray:
        """Return what the features change: the outputs of the first alpha's models less those of the given alone.

        Args:
            projections: float64 [n, T], the features' products with the coefficients.
            design: [n, P].
        """
        centered = design - self.moments.target_mean[self.columns]
        shift = self.features[0] @ self.moments.mean
        return np.asarray(projections - shift + centered @ (self.given[0] - self.given_alone).T)


class ConditionalRidge:
    """Moments of K inner folds, from which models of any outcome and any given columns follow.

    Args:
        features: [n, D].
        targets: float64 [n, T], all outcomes and all given columns side by side.
        folds: int [n], from 0 to K − 1; rows of one group are in one fold.
    """

    def __init__(self, features: Blocks, targets: np.ndarray, folds: np.ndarray) -> None:
        self.count = int(folds.max()) + 1
        self._folds = measure_group_moments(features, targets, folds, self.count)
        self._products = [_centered_products(targets[folds == fold]) for fold in range(self.count)]
        self._solvers: dict[int | None, _Solver] = {}

    def fit(self, outcomes: np.ndarray, columns: np.ndarray, without: int | None = None) -> ConditionalModels:
        """Fit at every alpha, on all rows or without those of an inner fold."""
        return self._solver(without).fit(outcomes, columns)

    def squared_errors(self, outcomes: np.ndarray, columns: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return the summed squared errors on the inner folds that the models were not fitted on.

        Returns:
            With the features [L, T], and of the given columns alone [T].
        """
        both, alone = np.zeros((len(ALPHAS), len(outcomes))), np.zeros(len(outcomes))
        for fold in range(self.count):
            models, held_out = self.fit(outcomes, columns, fold), (self._folds[fold], self._products[fold])
            both += _errors(models, models.features, models.given, *held_out)
            none = np.zeros((1, len(outcomes), models.features.shape[-1]))
            alone += _errors(models, none, models.given_alone[None], *held_out)[0]
        return both, alone

    def variation(self, targets: np.ndarray) -> float:
        """Return the squares of some targets about their means, summed over all rows."""
        return float(self._solver(None).products[targets, targets].sum())

    def _solver(self, without: int | None) -> "_Solver":
        if without not in self._solvers:
            folds = [fold for fold in range(self.count) if fold != without]
            moments, products = self._folds[folds[0]], self._products[folds[0]]
            for fold in folds[1:]:
                products = _joined_products(products, moments, self._products[fold], self._folds[fold])
                moments = moments + self._folds[fold]
            self._solvers[without] = _Solver(moments, products)
        return self._solvers[without]


class _Solver:
    """One factorization of the features' Gram matrix for all outcomes, given columns and alphas.

    Args:
        moments: of the rows.
        products: float64 [T, T], of the centered targets among each other.
    """

    def __init__(self, moments: Moments, products: np.ndarray) -> None:
        self.moments, self.products = moments, products
        values, self.vectors = np.linalg.eigh(moments.gram)
        ridges = np.multiply.outer(ALPHAS, np.full(len(values), max(values.mean(), np.finfo(np.float64).tiny)))
        self.inverses = 1 / (np.maximum(values, 0) + ridges)
        self.rotated = self.vectors.T @ moments.cross

    def fit(self, outcomes: np.ndarray, columns: np.ndarray) -> ConditionalModels:
        given, wanted = self.rotated[:, columns], self.rotated[:, outcomes]
        products = self.products[np.ix_(columns, columns)] + GIVEN_ALPHA * np.eye(len(columns))
        cross = self.products[np.ix_(columns, outcomes)]
        of_features, of_given = [], []
        for inverse in self.inverses:
            shrunk = inverse[:, None] * given
            beside = _solve(products - given.T @ shrunk, cross - shrunk.T @ wanted)
            of_given.append(beside.T)
            of_features.append((inverse[:, None] * (wanted - given @ beside)).T)
        features = np.stack(of_features) @ self.vectors.T
        return ConditionalModels(
            features, np.stack(of_given), _solve(products, cross).T, self.moments, outcomes, columns
        )


def _solve(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.asarray(cho_solve(cho_factor(matrix, check_finite=False), right, check_finite=False))


def _errors(
    models: ConditionalModels, features: np.ndarray, given: np.ndarray, held_out: Moments, products: np.ndarray
) -> np.ndarray:
    """Return the summed squared errors [L, T] of models on rows that are known by their moments."""
    outcomes, columns, fitted = models.outcomes, models.columns, models.moments
    cross_given = held_out.cross[:, columns]
    error = np.einsum("ltd,ltd->lt", features @ held_out.gram, features)
    error += 2 * np.einsum("ltp,ltp->lt", features @ cross_given, given)
    error += np.einsum("ltp,ltp->lt", given @ products[np.ix_(columns, columns)], given)
    error -= 2 * np.einsum("ltd,dt->lt", features, held_out.cross[:, outcomes])
    error -= 2 * np.einsum("ltp,pt->lt", given, products[np.ix_(columns, outcomes)])
    error += products[outcomes, outcomes]
    apart = held_out.target_mean - fitted.target_mean
    shift = apart[outcomes] - features @ (held_out.mean - fitted.mean) - given @ apart[columns]
    return np.asarray(error + held_out.count * np.square(shift))


def _centered_products(targets: np.ndarray) -> np.ndarray:
    centered = targets - targets.mean(0)
    return np.asarray(centered.T @ centered)


def _joined_products(products: np.ndarray, moments: Moments, others: np.ndarray, other: Moments) -> np.ndarray:
    """Return the products of the centered targets of both (Chan, Golub and LeVeque 1979)."""
    apart = other.target_mean - moments.target_mean
    weight = moments.count * other.count / (moments.count + other.count)
    return np.asarray(products + others + weight * np.outer(apart, apart))

"""Linear models of a factor from its first few principal components, or its best few dimensions."""

from functools import lru_cache

import numpy as np
import scipy.linalg

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.features.blocks import ROUNDING
from exoprobe.features.moments import Moments
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.ridge import ALPHAS, fit_ridge_path
from exoprobe.probes.targets import as_values, to_values

PRODUCTS = 1 << 22  # predictions that are held at once


def nested_dimensions(dimension: int) -> np.ndarray:
    """Return 1, 2, 4 … and the dimension itself, int [L]."""
    return np.append(2 ** np.arange(np.ceil(np.log2(dimension))), dimension).astype(int)


def choose_alphas(moments: FactorMoments) -> np.ndarray:
    """Choose each factor's ridge alpha by the squared error on the half of the groups that it was not fitted on.

    Returns:
        float64 [F], relative to the mean variance of the features' directions.
    """
    alphas = np.empty(len(moments.columns))
    for index, factors in enumerate(moments.together):
        first, second = moments.halves(index)
        errors = _squared_errors(first, second) + _squared_errors(second, first)
        _, columns = moments.of_together(index)
        alphas[factors] = [ALPHAS[errors[:, columns_of_factor].sum(1).argmin()] for columns_of_factor in columns]
    return alphas


class ComponentModels:
    """Models from the first principal components of the training features.

    Args:
        moments: of the training rows.
        alphas: [F], of :func:`choose_alphas`.
    """

    def __init__(self, moments: FactorMoments, alphas: np.ndarray) -> None:
        self.moments, self.alphas = moments, alphas
        self.vectors = np.linalg.eigh(moments.whole.gram)[1][:, ::-1]
        self._gram = lru_cache(1)(self._measure_gram)

    def coefficients(self, factor: int) -> np.ndarray:
        """Return a factor's models, float64 [L, T, D], from 1, 2, 4 … D components."""
        gram, cross = self._gram(self.moments.index_of(factor)), self.vectors.T @ self.moments.of(factor).cross
        return np.asarray(_fit_nested(gram, cross, self.alphas[factor]) @ self.vectors.T)

    def _measure_gram(self, index: int) -> np.ndarray:
        """Return the components' products with each other where some factors are known together."""
        moments, _ = self.moments.of_together(index)
        return np.asarray(self.vectors.T @ moments.gram @ self.vectors)


class DimensionModels:
    """Models from the single dimensions that correlate best with a factor in training.

    Args:
        moments: of the training rows.
        alphas: [F], of :func:`choose_alphas`.
    """

    def __init__(self, moments: FactorMoments, alphas: np.ndarray) -> None:
        self.moments, self.alphas = moments, alphas

    def coefficients(self, factor: int) -> np.ndarray:
        """Return a factor's models, float64 [L, T, D], from 1, 2, 4 … D dimensions."""
        order, factor_moments = rank_dimensions(self.moments, factor), self.moments.of(factor)
        models = _fit_nested(
            factor_moments.gram[np.ix_(order, order)], factor_moments.cross[order], self.alphas[factor]
        )
        return models[..., np.argsort(order)]


def rank_dimensions(moments: FactorMoments, factor: int) -> np.ndarray:
    """Return the dimensions by their (multiple) correlation with a factor in training, highest first, int [D]."""
    factor_moments = moments.of(factor)
    variances = factor_moments.gram.diagonal()
    explained = np.einsum(
        "dt,dt->d", factor_moments.cross @ np.linalg.pinv(moments.target_gram[factor]), factor_moments.cross
    )
    varies = variances > factor_moments.count * np.square(ROUNDING * factor_moments.mean)
    shares = np.divide(explained, variances, out=np.zeros(len(variances)), where=varies)
    return np.argsort(-shares, kind="stable")


def predict_values(
    factor: Factor, coefficients: np.ndarray, features: np.ndarray, moments: FactorMoments, index: int
) -> np.ndarray:
    """Predict a factor by linear models, by blocks of rows: a factor of many classes has many models.

    A binary factor's threshold is midway between the model's means of the two classes in training. Of several
    classes the one is taken whose mean in training is nearest, as seen by the models: each is divided by its
    class's share, and half of its own class's mean is taken off, so that rare classes are not passed over. With
    two classes this is the same.

    Args:
        factor: for its kind and scale.
        coefficients: [L, T, D].
        features: [n, D].
        moments: of the training rows.
        index: of the factor among theirs.

    Returns:
        float64 [n, L], as :func:`exoprobe.probes.targets.to_values` gives them.
    """
    size = max(1, PRODUCTS // (coefficients.shape[0] * coefficients.shape[1]))
    blocks = [features[start : start + size] for start in range(0, len(features), size)]
    factor_moments, mean = moments.of(index), moments.target_mean[index]
    return np.concatenate([_predict(factor, coefficients, block, factor_moments, mean) for block in blocks])


def _predict(
    factor: Factor, coefficients: np.ndarray, features: np.ndarray, moments: Moments, mean: np.ndarray
) -> np.ndarray:
    cross = moments.cross / max(moments.count, 1)
    flat = coefficients.reshape(-1, len(cross))
    outputs = (features @ flat.T - flat @ moments.mean).reshape(-1, *coefficients.shape[:2])
    if factor.kind not in CLASSES:
        return to_values(factor, mean + outputs)
    if factor.kind == "binary":
        outputs, mean = np.stack([-outputs[..., 0], outputs[..., 0]], axis=-1), np.array([1 - mean[0], mean[0]])
        coefficients, cross = np.concatenate([-coefficients, coefficients], axis=1), np.hstack([-cross, cross])
    shares = np.where(mean > 0, mean, np.inf)
    means = np.einsum("ltd,dt->lt", coefficients, cross) / shares
    codes = np.where(mean > 0, (outputs - means / 2) / shares, -np.inf).argmax(-1)
    return as_values(factor, codes.astype(float))


def _squared_errors(fitted: Moments, held_out: Moments) -> np.ndarray:
    """Return the mean squared error of ridge regressors of one half on the other, less the targets' variance.

    Returns:
        [alphas, T].
    """
    coef = fit_ridge_path(fitted).coef
    apart = fitted.target_mean + coef @ (held_out.mean - fitted.mean) - held_out.target_mean
    products = np.einsum("ltd,ltd->lt", coef @ held_out.gram, coef) - 2 * np.einsum("ltd,dt->lt", coef, held_out.cross)
    return np.asarray(products / max(held_out.count, 1) + np.square(apart))


def _fit_nested(gram: np.ndarray, cross: np.ndarray, alpha: float) -> np.ndarray:
    """Solve ridge regressions from the first 1, 2, 4 … D dimensions, float64 [L, T, D]; 0 for those not in use."""
    dimensions = nested_dimensions(len(gram))
    coefficients = np.zeros((len(dimensions), cross.shape[1], len(gram)))
    for model, count in zip(coefficients, dimensions, strict=True):
        used = gram[:count, :count]
        ridge = _ridge(alpha, used.diagonal(), len(gram))
        factored = scipy.linalg.cho_factor(used + ridge * np.eye(count), check_finite=False)
        model[:, :count] = scipy.linalg.cho_solve(factored, cross[:count]).T
    return coefficients


def _ridge(alpha: float, variances: np.ndarray, dimension: int) -> float:
    """Return what is added to the variances in use [d]; at d = D the alpha times their mean.

    With fewer directions it shrinks, as does what there is to overfit.
    """
    return max(float(alpha * variances.sum() / dimension), float(np.finfo(np.float64).tiny))

"""Linear readouts of a factor from its first few principal components, or its best few elements."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import scipy.linalg

from exoprobe.data.factors import Factor
from exoprobe.features.blocks import ROUNDING
from exoprobe.probes.factor_moments import FactorMoments, KnownMoments
from exoprobe.probes.least_squares import take_out
from exoprobe.probes.linear_regression import PENALTIES, fit_ridge_path
from exoprobe.probes.targets import as_values

PRODUCTS = 1 << 22  # predictions that are held at once


def nested_dimensions(dimension: int) -> np.ndarray:
    """Return 1, 2, 4 … and the dimension itself, int [L]."""
    return np.append(2 ** np.arange(np.ceil(np.log2(dimension))), dimension).astype(int)


def choose_penalties(moments: FactorMoments) -> np.ndarray:
    """Choose each factor's ridge penalty by the squared error on the half of the groups that it was not fitted on.

    Returns:
        float64 [F], relative to the mean variance of the features' directions.
    """
    one, other = moments.halves
    errors = sum(
        _squared_errors(*sides, moments.columns, moments.partly_known) for sides in ((one, other), (other, one))
    )
    return np.array([PENALTIES[errors[:, own].sum(1).argmin()] for own in moments.columns])


class ComponentReadouts:
    """Readouts from the first principal components of the training features.

    Args:
        moments: of the training rows.
        penalties: [F], of :func:`choose_penalties`.
    """

    def __init__(self, moments: FactorMoments, penalties: np.ndarray) -> None:
        self.columns, self.penalties = moments.columns, penalties
        values, vectors = np.linalg.eigh(moments.whole.gram)
        self.values, self.vectors = values[::-1].clip(min=0), vectors[:, ::-1]
        self.cross, self.apart = self.vectors.T @ moments.whole.cross, moments.whole.apart @ self.vectors

    def coefficients(self, factor: int) -> np.ndarray:
        """Return a factor's readouts, float64 [L, T, D], from 1, 2, 4 … D components."""
        cross, found = self.cross[:, self.columns[factor]], []
        for count in nested_dimensions(len(self.values)):
            used = self.values[:count]
            ridge = _ridge(self.penalties[factor], used, len(self.values))
            apart = self.apart[factor, :count]
            coef = take_out((cross[:count] / (used + ridge)[:, None]).T, apart / (used + ridge), apart)
            found.append(coef @ self.vectors[:, :count].T)
        return np.stack(found)


class ElementReadouts:
    """Readouts from the single elements that correlate best with a factor in training.

    Args:
        moments: of the training rows.
        penalties: [F], of :func:`choose_penalties`.
    """

    def __init__(self, moments: FactorMoments, penalties: np.ndarray) -> None:
        self.moments, self.penalties = moments, penalties
        self.variances = moments.whole.gram.diagonal()

    def coefficients(self, factor: int) -> np.ndarray:
        """Return a factor's readouts, float64 [L, T, D], from 1, 2, 4 … D elements."""
        order = rank_elements(self.moments, factor)
        gram, variances = self.moments.whole.gram_of(factor)[np.ix_(order, order)], self.variances[order]
        cross = self.moments.whole.cross[order, self.moments.columns[factor]]
        dimensions = nested_dimensions(len(order))
        found = np.zeros((len(dimensions), cross.shape[1], len(order)))
        for readout, count in zip(found, dimensions, strict=True):
            ridge = _ridge(self.penalties[factor], variances[:count], len(order))
            factored = scipy.linalg.cho_factor(gram[:count, :count] + ridge * np.eye(count), check_finite=False)
            readout[:, order[:count]] = scipy.linalg.cho_solve(factored, cross[:count]).T
        return found


def rank_elements(moments: FactorMoments, factor: int) -> np.ndarray:
    """Return the elements by their (multiple) correlation with a factor in training, highest first, int [D]."""
    own, whole = moments.columns[factor], moments.whole
    cross, variances = whole.cross[:, own], whole.gram.diagonal() - np.square(whole.apart[factor])
    explained = np.einsum("dt,dt->d", cross @ np.linalg.pinv(moments.target_gram[own, own]), cross)
    varies = variances > whole.count * np.square(ROUNDING * whole.mean)
    shares = np.divide(explained, variances, out=np.zeros(len(variances)), where=varies)
    return np.argsort(-shares, kind="stable")


def read_factor(
    factor: Factor, coefficients: np.ndarray, features: np.ndarray, moments: FactorMoments, place: int
) -> np.ndarray:
    """Predict a factor by linear readouts, by blocks of rows: a factor of many classes has many readouts.

    Args:
        factor: for its kind.
        coefficients: [L, T, D].
        features: [n, D].
        moments: of the training rows.
        place: of the factor among theirs.

    Returns:
        float64 [n, L], as :func:`exoprobe.probes.targets.read_values` gives them.
    """
    size = max(1, PRODUCTS // (coefficients.shape[0] * coefficients.shape[1]))
    blocks = [features[start : start + size] for start in range(0, len(features), size)]
    read = [predict_factor(factor.kind, coefficients, block, moments, place) for block in blocks]
    return as_values(factor, np.concatenate(read))


def predict_factor(
    kind: str, coefficients: np.ndarray, features: np.ndarray, moments: FactorMoments, factor: int
) -> np.ndarray:
    """Predict a factor by linear readouts.

    A binary factor's threshold is midway between the readout's means of the two classes in training. Of several
    classes the one is taken whose mean in training is nearest, as seen by the readouts: each is divided by its
    class's share, and half of its own class's mean is taken off, so that rare classes are not passed over. With
    two classes this is the same.

    Args:
        kind: of the factor.
        coefficients: [L, T, D].
        features: [n, D].
        moments: of the training rows.
        factor: its place.

    Returns:
        float64 [n, L]: codes, numbers or degrees.
    """
    own, count = moments.columns[factor], moments.whole.count
    mean, cross = moments.target_mean[own], moments.whole.cross[:, own] / count
    flat = coefficients.reshape(-1, len(cross))
    read = (features @ flat.T - flat @ moments.whole.known_mean[factor]).reshape(-1, *coefficients.shape[:2])
    if kind == "continuous":
        return mean + read[..., 0]
    if kind == "angle":
        return np.degrees(np.arctan2(*np.moveaxis(mean + read, -1, 0)))
    if kind == "binary":
        read, mean = np.stack([-read[..., 0], read[..., 0]], axis=-1), np.array([1 - mean[0], mean[0]])
        coefficients, cross = np.concatenate([-coefficients, coefficients], axis=1), np.hstack([-cross, cross])
    shares = np.where(mean > 0, mean, np.inf)
    means = np.einsum("ltd,dt->lt", coefficients, cross) / shares
    return np.where(mean > 0, (read - means / 2) / shares, -np.inf).argmax(-1).astype(float)


def _squared_errors(
    fitted: KnownMoments, scored: KnownMoments, columns: Sequence[slice], partly_known: np.ndarray
) -> np.ndarray:
    """Return the mean squared error of ridge regressors of one half on the other, [penalties, T], less the
    targets' variance."""
    targets, apart = columns[-1].stop, fitted.apart[partly_known].T
    extended = replace(
        fitted,
        target_mean=np.append(fitted.target_mean, np.zeros(len(partly_known))),
        cross=np.hstack([fitted.cross, apart]),
    )
    solved = fit_ridge_path(extended).coef
    coef = solved[:, :targets]
    for toward, factor in enumerate(partly_known, targets):
        own = columns[factor]
        coef[:, own] = take_out(coef[:, own], solved[:, toward], fitted.apart[factor])
    of = np.repeat(np.arange(len(columns)), [own.stop - own.start for own in columns])
    means_apart = scored.known_mean - fitted.known_mean
    off = fitted.target_mean + np.einsum("ltd,td->lt", coef, means_apart[of]) - scored.target_mean
    products = np.einsum("ltd,ltd->lt", coef @ scored.gram, coef) - 2 * np.einsum("ltd,dt->lt", coef, scored.cross)
    products -= np.square(np.einsum("ltd,td->lt", coef, scored.apart[of]))
    return products / scored.count + np.square(off)


def _ridge(penalty: float, variances: np.ndarray, dimension: int) -> float:
    """Return what is added to the variances in use [d]; at d = D the penalty times their mean.

    With fewer directions it shrinks, as does what there is to overfit.
    """
    return max(penalty * variances.sum() / dimension, np.finfo(np.float64).tiny)

"""Skill of what a readout says of a factor: 1 − error / error of the best constant."""

import numpy as np

from exoprobe.data.factors import CLASSES, Factor


def skill(factor: Factor, predicted: np.ndarray, constant: float) -> np.ndarray:
    """Score predictions of a factor where it is known.

    The error is 1 − balanced accuracy over the classes that occur (binary, categorical; of a constant 1 − 1/K), the
    mean absolute error (continuous) or that around the circle (angle).

    Args:
        factor: of n samples.
        predicted: [n, L], what L readouts say: codes, numbers or degrees.
        constant: of :func:`best_constant`.

    Returns:
        float64 [L]: 1 is perfect, 0 no better than the constant; NaN where a constant makes no error.
    """
    truth, predicted = factor.values[factor.known], predicted[factor.known]
    nothing = np.full(predicted.shape[1], np.nan)
    if len(truth) == 0:
        return nothing
    if factor.kind in CLASSES:
        classes = np.unique(truth)
        error = 1 - np.mean([(predicted[truth == code] == code).mean(0) for code in classes], axis=0)
        baseline = 1 - 1 / len(classes)
    else:
        error = _distance(factor.kind, predicted, truth[:, None]).mean(0)
        baseline = _distance(factor.kind, truth, constant).mean()
    return 1 - error / baseline if baseline > 0 else nothing


def best_constant(factor: Factor) -> float:
    """Return what is best said of a factor without features: the median, or the whole degree of least mean error.

    Args:
        factor: of the training samples; classes need none, each does the same: NaN.
    """
    values = factor.values[factor.known]
    if factor.kind in CLASSES or len(values) == 0:
        return np.nan
    if factor.kind == "continuous":
        return float(np.median(values))
    degrees = np.arange(360)
    counts = np.bincount(np.round(values % 360).astype(int) % 360, minlength=360)
    return float((_distance("angle", degrees[:, None], degrees) @ counts).argmin())


def _distance(kind: str, one: np.ndarray, other: np.ndarray | float) -> np.ndarray:
    apart = np.abs(one - other)
    return np.abs((apart + 180) % 360 - 180) if kind == "angle" else apart

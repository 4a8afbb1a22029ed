"""How well a factor is predicted, compared with a constant: one measure for every kind of factor.

skill = 1 − error / error of the best constant (a skill score, Murphy 1988). The error is 1 − balanced accuracy of
classes, the mean absolute error of numbers on their scale (of a user's, their normal scores), and of angles around the
circle. 0 is no better than a constant, 1 perfect. All measures are functions of sums over rows, so that resampling
groups needs no second pass.
"""

from collections.abc import Sequence

import numpy as np

from exoprobe.datasets.factors import CLASSES, Factor

CIRCLE = np.arange(-180.0, 180.0)


def best_constant(factor: Factor, rows: np.ndarray) -> float:
    """Return the constant of least error on some rows, bool [N].

    The median; of angles the whole degree of least mean error; of classes, where each does the same, 0.
    """
    if factor.kind in CLASSES:
        return 0.0
    values = factor.values[rows & factor.known]
    if not len(values):
        return np.nan
    if factor.kind == "angle":
        degrees, counts = np.unique(np.round(values), return_counts=True)
        return float(CIRCLE[(_around(CIRCLE[:, None] - degrees) @ counts).argmin()])
    return float(np.median(values))


def row_statistics(
    factor: Factor, truth: np.ndarray, predicted: np.ndarray, constant: float | np.ndarray = 0.0
) -> np.ndarray:
    """Return what the measures need of each row.

    Args:
        factor: for its kind and categories.
        truth: [n], known values.
        predicted: [n], as :func:`exoprobe.probes.targets.to_values` gives them.
        constant: of :func:`best_constant`, one for all rows or [n].

    Returns:
        float64 [n, S], to be summed and given to :func:`measures`.
    """
    if factor.kind in CLASSES:
        return _class_statistics(len(factor.categories), truth, predicted_codes(factor, predicted))
    error, baseline = _errors(factor, predicted - truth), _errors(factor, constant - truth)
    statistics = [np.ones(len(truth)), error, baseline, error**2, truth, truth**2]
    if factor.on_ranks:
        scores, constant_score = factor.scaled(truth), factor.scaled(np.asarray(constant))
        statistics += [np.abs(factor.scaled(predicted) - scores), np.abs(constant_score - scores)]
    return np.stack(statistics, axis=1)


def summed_statistics(factors: Sequence[Factor], truths: np.ndarray, predicted: np.ndarray) -> np.ndarray:
    """Return the sums over rows of :func:`row_statistics`, of factors of one kind and the same categories.

    Args:
        factors: F of them.
        truths: [n, F], known values.
        predicted: [n, F].

    Returns:
        float64 [F, S].
    """
    factor = factors[0]
    if factor.kind not in CLASSES:
        columns = zip(factors, truths.T, predicted.T, strict=True)
        return np.array([row_statistics(entry, truth, values).sum(0) for entry, truth, values in columns])
    missed = predicted_codes(factor, predicted) != truths
    members = [truths == code for code in range(len(factor.categories))]
    counts = [[member.sum(0) for member in members], [(member & missed).sum(0) for member in members]]
    return np.concatenate(counts).T.astype(np.float64)


def predicted_codes(factor: Factor, predicted: np.ndarray) -> np.ndarray:
    """Return predictions of a binary or categorical factor as codes."""
    return (predicted >= 0) if factor.kind == "binary" else predicted


def measures(factor: Factor, sums: np.ndarray) -> dict[str, np.ndarray]:
    """Compute the measures from sums of row statistics [..., S].

    Returns:
        Each [...]: ``skill``, ``baseline_error`` and, of classes, ``balanced_accuracy`` and ``accuracy``, of binary
        factors also ``false_negative`` and ``false_positive`` (shares), of numbers and angles ``mae`` and ``rmse``
        (in their units, as is ``baseline_error`` then), of numbers also ``r2``; NaN where there are no rows.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        return _class_measures(factor, sums) if factor.kind in CLASSES else _number_measures(factor, sums)


def losses(factor: Factor, sums: np.ndarray) -> np.ndarray:
    """Return what each part of the rows loses in skill, which is 1 − the sum of these.

    Args:
        factor: for its kind and categories.
        sums: of row statistics over each part, [U, S].
    """
    return shares(*errors_and_baselines(factor, sums))


def shares(errors: np.ndarray, baselines: np.ndarray) -> np.ndarray:
    """Return what each part of the rows loses in skill, [U], from :func:`errors_and_baselines` of it [U, K]."""
    total = baselines.sum(0)
    others = _count_others(total)
    return np.asarray(errors @ (1 / np.where(total > 0, total, np.inf)) / (others if others > 0 else np.nan))


def summed_skill(errors: np.ndarray, baselines: np.ndarray) -> np.ndarray:
    """Return the skill [...] from sums of :func:`errors_and_baselines` over all rows [..., K]."""
    lost = np.divide(errors, baselines, out=np.zeros_like(errors), where=baselines > 0).sum(-1)
    others = _count_others(baselines)
    return np.asarray(1 - lost / np.where(others > 0, others, np.nan))


def errors_and_baselines(factor: Factor, sums: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return what skill is made of, from sums of row statistics [..., S].

    Returns:
        Errors and what they are shares of, [..., K] each: misses of each of K classes and its rows; of numbers and
        angles (K = 1) the error, on the factor's scale, and that of the best constant.
    """
    if factor.kind in CLASSES:
        return sums[..., len(factor.categories) :], sums[..., : len(factor.categories)]
    error = 6 if factor.on_ranks else 1
    return sums[..., [error]], sums[..., [error + 1]]


def skill(factor: Factor, truth: np.ndarray, predicted: np.ndarray, constant: float = 0.0) -> float:
    """Return the skill of predictions [n] of a factor; rows whose truth is unknown (NaN) do not count."""
    known = ~np.isnan(truth)
    sums = row_statistics(factor, truth[known], predicted[known], constant).sum(0)
    return float(measures(factor, sums)["skill"])


class SkillLoss:
    """Skill as 1 − the sum of what each row loses, for the same true values and many predictions.

    Args:
        factor: for its kind and categories.
        truth: [n], known values.
        constant: of :func:`best_constant`, one for all rows or [n].

    Attributes:
        weights: [n], what a row's error, or the unit of its size, costs in skill; NaN where a constant makes no error.
    """

    def __init__(self, factor: Factor, truth: np.ndarray, constant: float | np.ndarray = 0.0) -> None:
        self.factor, self.truth = factor, self._comparable(factor, truth)
        if factor.kind in CLASSES:
            self._members = truth[:, None] == np.arange(len(factor.categories))
            counts = self._members.sum(0)
            others = (counts > 0).sum() - 1
            self._costs = 1 / np.where(counts > 0, counts * (others if others else np.nan), np.inf)
            self.weights = self._members @ self._costs
            self._members = self._members.astype(np.float32)  # sums of 0 and 1 are exact below 2²⁴
        else:
            baseline = _errors(factor, factor.scaled(truth) - factor.scaled(np.asarray(constant))).sum()
            self.weights = np.full(len(truth), 1 / baseline if baseline > 0 else np.nan)

    def prepare(self, predicted: np.ndarray) -> np.ndarray:
        """Return predictions [n] as they are compared with the truth."""
        codes = self.factor.kind in CLASSES
        return self._comparable(self.factor, predicted_codes(self.factor, predicted) if codes else predicted)

    def sums(self, prepared: np.ndarray, sources: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """Return what some rows [m] lose together with the predictions of others, int [C, m]: [C]."""
        return np.asarray(self._row_errors(prepared[sources], self.truth[rows]) @ self.weights[rows])

    def skills(self, prepared: np.ndarray, sources: np.ndarray) -> np.ndarray:
        """Return the skill where the rows take the predictions of others, int [C, n]: [C]."""
        errors = self._row_errors(prepared[sources], self.truth)
        if self.factor.kind in CLASSES:
            return np.asarray(1 - (errors.astype(np.float32) @ self._members).astype(np.float64) @ self._costs)
        return np.asarray(1 - errors.sum(1) * self.weights[0])

    @staticmethod
    def _comparable(factor: Factor, values: np.ndarray) -> np.ndarray:
        if factor.kind in CLASSES:
            return np.asarray(values, np.int16)
        return np.asarray(values % 360 if factor.kind == "angle" else factor.scaled(values))

    def _row_errors(self, predicted: np.ndarray, truth: np.ndarray) -> np.ndarray:
        if self.factor.kind in CLASSES:
            return np.asarray(predicted != truth)
        size = np.abs(predicted - truth)
        return np.asarray(180 - np.abs(180 - size) if self.factor.kind == "angle" else size)


def _count_others(baselines: np.ndarray) -> np.ndarray:
    """Return by how much the sum of the errors' shares of baselines [..., K] is divided.

    For numbers 1, and for classes one less than there are rows of.
    """
    present = (baselines > 0).sum(-1)
    return np.asarray(present if baselines.shape[-1] == 1 else present - 1)


def _class_statistics(classes: int, truth: np.ndarray, codes: np.ndarray) -> np.ndarray:
    """Return for each class whether a row is of it, and whether it is and was missed: [n, 2 · classes]."""
    member = truth[:, None] == np.arange(classes)
    return np.hstack([member, member & (codes != truth)[:, None]]).astype(np.float64)


def _class_measures(factor: Factor, sums: np.ndarray) -> dict[str, np.ndarray]:
    classes = len(factor.categories)
    counts, missed = sums[..., :classes], sums[..., classes:]
    present = counts > 0  # a class that no row is of has no error
    rates = np.where(present, missed / np.where(present, counts, 1), 0)
    error, baseline = rates.sum(-1) / present.sum(-1), 1 - 1 / present.sum(-1)
    values = {"skill": _skill(error, baseline), "baseline_error": baseline, "balanced_accuracy": 1 - error}
    values["accuracy"] = 1 - missed.sum(-1) / counts.sum(-1)
    if factor.kind == "binary":
        false_positive, false_negative = np.moveaxis(np.where(present, rates, np.nan), -1, 0)
        values |= {"false_negative": false_negative, "false_positive": false_positive}
    return values


def _number_measures(factor: Factor, sums: np.ndarray) -> dict[str, np.ndarray]:
    count, error, baseline, squared, total, total_squared, *of_scores = np.moveaxis(sums, -1, 0)
    scaled_error, scaled_baseline = of_scores or (error, baseline)
    values = {"skill": _skill(scaled_error, scaled_baseline), "baseline_error": baseline / count, "mae": error / count}
    values["rmse"] = np.sqrt(squared / count)
    if factor.kind == "continuous":
        values["r2"] = 1 - squared / (total_squared - total**2 / count)
    return values


def _skill(error: np.ndarray, baseline: np.ndarray) -> np.ndarray:
    """Return the skill; NaN where a constant makes no error."""
    return 1 - np.where(baseline > 0, error, np.nan) / np.where(baseline > 0, baseline, 1)


def _errors(factor: Factor, differences: np.ndarray) -> np.ndarray:
    """Return the size of differences, of angles around the circle."""
    return _around(differences) if factor.kind == "angle" else np.abs(differences)


def _around(degrees: np.ndarray) -> np.ndarray:
    """Return the angles between −180° and 180°, as their size."""
    return np.asarray(np.abs((degrees + 180) % 360 - 180))

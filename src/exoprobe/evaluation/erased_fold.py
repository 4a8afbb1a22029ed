"""What probes predict of one fold before and after each factor is erased."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from tqdm import tqdm

from exoprobe.datasets.factors import Factor
from exoprobe.datasets.folds import Fold
from exoprobe.embeddings.erasure import Projection, fit_erasers, fit_rest_eraser
from exoprobe.evaluation.erasure_rows import ErasureRows
from exoprobe.probes.base import find_probe
from exoprobe.probes.factor_moments import FactorMoments
from exoprobe.probes.nested_models import choose_alphas, predict_values
from exoprobe.probes.probe_data import FoldData, ProbeData, Representation
from exoprobe.probes.ridge import ridge_coefficients, ridge_of
from exoprobe.probes.targets import join_targets, mean_value
from exoprobe.probes.tuning import run_probe

MAX_TEST = 50_000  # rows

ByProbe = Mapping[str, np.ndarray]


@dataclass(frozen=True)
class ErasedFold:
    """One fold's E erasers, and predictions of F factors in its n test rows.

    Attributes:
        data: the fold, with all of its training rows.
        erasers: each erases one factor or several together.
        before: of each factor that is erased, by its index, [n] by probe, of the features as they are.
        after: of each eraser, of each factor that it erases, by its index: likewise, after the erasure.
        least_squares: of each factor, [n, 1 + E] by ridge regression: as they are, and after each erasure.
        means: of each factor in the rows that the probes are fitted on, as a prediction.
    """

    data: ProbeData
    erasers: Sequence[Projection]
    before: Mapping[int, ByProbe]
    after: Sequence[Mapping[int, ByProbe]]
    least_squares: Sequence[np.ndarray]
    means: Sequence[float]


def erase_fold(
    source: Representation,
    rows: ErasureRows,
    factors: Sequence[Factor],
    erased: Sequence[Sequence[int]],
    probes: Sequence[str],
    bar: tqdm,
    label: Factor | None = None,
) -> ErasedFold:
    """Fit the erasers of one fold, and probes on other rows before and after each erasure.

    Args:
        source: the representation.
        rows: of the fold.
        factors: F of them, of all samples.
        erased: for each eraser, the indices of the factors that it erases.
        probes: their names.
        bar: moves on by two for each probe.
        label: where the last eraser erases everything but this; it is still judged by the factors in ``erased``.
    """
    split = {"train": rows.eraser, "validation": rows.validation, "test": rows.test}
    data = ProbeData(source, split, MAX_TEST)  # scaled so that the erasers' mean, what is left of a feature, is 0
    learned = [factor.learned_from(rows.known) for factor in factors]
    erasers = fit_factor_erasers(data, learned, erased, rows.eraser, label)
    fitted = data.fitted_on(rows.train)
    trained = [factor.at(rows.train) for factor in learned]
    moments = FactorMoments(fitted.blocks(rows.train), trained, source.groups[rows.train])
    plan = Fold("the erasure", rows.train, rows.test, [(rows.train, rows.validation)])
    fold = FoldData(plan, [fitted], fitted)
    used = sorted({index for indices in erased for index in indices})
    before = _predict(fold, [learned[index] for index in used], probes, None, bar)
    return ErasedFold(
        data.fitted_on(rows.known),
        erasers,
        dict(zip(used, before, strict=True)),
        _predict_erased(fold, learned, erased, probes, erasers, bar),
        _least_squares(fitted, learned, moments, erasers),
        [mean_value(factor) for factor in trained],
    )


def fit_factor_erasers(
    data: ProbeData,
    factors: Sequence[Factor],
    erased: Sequence[Sequence[int]],
    rows: np.ndarray,
    label: Factor | None = None,
) -> list[Projection]:
    """Fit the eraser of each set of factors, by their indices, on some rows, bool [N]; the last of all but a label."""
    columns = [*factors, *([label] if label else [])]
    moments = FactorMoments(data.blocks(rows), [factor.at(rows) for factor in columns], data.groups[rows])
    sets = [[moments.columns[index] for index in indices] for indices in erased]
    if label is None:
        return fit_erasers(moments.whole, sets)
    return [*fit_erasers(moments.whole, sets[:-1]), fit_rest_eraser(moments.whole, [moments.columns[-1]])]


def _predict(
    fold: FoldData, factors: Sequence[Factor], probes: Sequence[str], erasers: Sequence[Projection] | None, bar: tqdm
) -> list[dict[str, np.ndarray]]:
    """Fit every probe, each factor after its eraser if there are erasers: of each factor, by its name, [n] by probe."""
    predictions: dict[str, dict[str, np.ndarray]] = {factor.name: {} for factor in factors}
    targets = join_targets(factors)
    for name in probes:
        bar.set_postfix_str(name)
        for result in run_probe(name, find_probe(name), fold, targets, erasers):
            for index, factor in enumerate(result.targets.factors):
                predictions[factor.name][name] = result.values[:, index]
        bar.update()
    return list(predictions.values())


def _predict_erased(
    fold: FoldData,
    factors: Sequence[Factor],
    erased: Sequence[Sequence[int]],
    probes: Sequence[str],
    erasers: Sequence[Projection],
    bar: tqdm,
) -> list[dict[int, ByProbe]]:
    """Fit every probe after each erasure, of the factors that it erases: of each eraser, by factor and probe, [n]."""
    pairs = [(number, index) for number, indices in enumerate(erased) for index in indices]
    named = [replace(factors[index], name=f"{factors[index].name} after erasure {number}") for number, index in pairs]
    predicted = iter(_predict(fold, named, probes, [erasers[number] for number, _ in pairs], bar))
    return [{index: next(predicted) for index in indices} for indices in erased]


def _least_squares(
    data: ProbeData, factors: Sequence[Factor], moments: FactorMoments, erasers: Sequence[Projection]
) -> list[np.ndarray]:
    """Predict each factor by ridge regression, before any erasure and after each: [n, 1 + number of erasers]."""
    coefficients = _coefficients(moments, choose_alphas(moments), erasers)
    features = data.array(data.rows["test"])
    return [
        predict_values(factor, coefficients[:, moments.columns[index]], features, moments, index)
        for index, factor in enumerate(factors)
    ]


def _coefficients(moments: FactorMoments, alphas: np.ndarray, erasers: Sequence[Projection]) -> np.ndarray:
    """Fit all targets [T] before any erasure and after each; return the models of features before it.

    Returns:
        float64 [1 + number of erasers, T, D].
    """
    models = np.empty((1 + len(erasers), *moments.whole.cross.T.shape))
    for index, factors in enumerate(moments.together):
        shared, columns = moments.of_together(index)
        targets = np.concatenate([np.r_[moments.columns[factor]] for factor in factors])
        of_target = np.repeat(alphas[factors], [block.stop - block.start for block in columns])
        for coefficients, eraser in zip(models, (None, *erasers), strict=True):
            gram, cross = (
                (shared.gram, shared.cross) if eraser is None else eraser.erase_moments(shared.gram, shared.cross)
            )
            for alpha in np.unique(of_target):
                chosen = of_target == alpha
                ridge = ridge_of(shared.gram, alpha)
                coefficients[targets[chosen]] = ridge_coefficients(gram, cross[:, chosen], ridge)
    for coefficients, eraser in zip(models[1:], erasers, strict=True):
        coefficients -= (coefficients @ eraser.left) @ eraser.right.T
    return models

"""Every factor predicted from given columns alone, and from the features and the given columns together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch

from exoprobe.datasets.factors import Factor
from exoprobe.features.blocks import Blocks
from exoprobe.probes.conditional_ridge import ConditionalModels, ConditionalRidge
from exoprobe.probes.given_columns import GivenSet, inner_folds
from exoprobe.probes.given_design import given_design
from exoprobe.probes.outcomes import Outcome, known_together
from exoprobe.probes.predictive import fit_predictive
from exoprobe.probes.probe_data import ProbeData, Representation, open_fold

Sets = Mapping[str, Sequence[GivenSet]]


@dataclass(frozen=True)
class GivenPrediction:
    """Predictions of a factor for the test rows where it is known, m of N samples.

    Attributes:
        factor: its name.
        given: what it was set against.
        rows: int [m], which samples.
        alone: [m], answers from the given columns alone, as :func:`exoprobe.probes.targets.to_values` gives them; a
            constant where these columns did not help in the inner folds.
        both: [m], from features and given columns.
        bits: [m], log-likelihood with the features less that without, in bits.
        outcome: [m, T], the factor as columns.
        contribution: [m, T], what the features change in the outcome's prediction.
        unexplained: share of the outcome's variance, in groups not fitted on, that the given columns leave.
    """

    factor: str
    given: GivenSet
    rows: np.ndarray
    alone: np.ndarray
    both: np.ndarray
    bits: np.ndarray
    outcome: np.ndarray
    contribution: np.ndarray
    unexplained: float


def predict_given(source: Representation, columns: Sequence[Factor], sets: Sets) -> list[GivenPrediction]:
    """Fit and choose on the rows before test, and predict test, fold by fold.

    Args:
        source: the representation of N samples.
        columns: of these samples, all that are factors or given.
        sets: by the name of a factor, what it is set against.

    Returns:
        One per factor and set, where the factor is known in the rows to fit and in test.
    """
    named = {factor.name: factor for factor in columns}
    predictions: list[GivenPrediction] = []
    for fold in source.folds():
        fitted = np.any([fold.train, *(rows for _, rows in fold.tuning)], axis=0)
        predictions += _predict_fold(open_fold(source, fold).final, fitted, fold.test, named, sets)
    pairs = [(name, given) for name, of_factor in sets.items() for given in of_factor]
    folds = [[fold for fold in predictions if (fold.factor, fold.given) == pair] for pair in pairs]
    return [_joined(of_pair) for of_pair in folds if of_pair]


def _joined(folds: Sequence[GivenPrediction]) -> GivenPrediction:
    """Put the predictions of all folds together, in the samples' order."""
    order = np.argsort(np.concatenate([fold.rows for fold in folds]))
    names = ("rows", "alone", "both", "bits", "outcome", "contribution")
    arrays = {name: np.concatenate([getattr(fold, name) for fold in folds])[order] for name in names}
    unexplained = float(np.mean([fold.unexplained for fold in folds]))
    return GivenPrediction(folds[0].factor, folds[0].given, **arrays, unexplained=unexplained)


@dataclass(frozen=True)
class _Task:
    """Outcomes that are set against the same columns: their models on all rows to fit, and without each inner fold.

    Attributes:
        outcomes: known for the same rows.
        given: what they are set against, of each.
        design: float64 [N, P].
        full: models of all outcomes' columns side by side.
        folded: likewise, one per inner fold.
        unexplained: of each outcome.
    """

    outcomes: Sequence[Outcome]
    given: Sequence[GivenSet]
    design: np.ndarray
    full: ConditionalModels
    folded: Sequence[ConditionalModels]
    unexplained: Sequence[float]


def _predict_fold(
    data: ProbeData, fitted: np.ndarray, test: np.ndarray, columns: Mapping[str, Factor], sets: Sets
) -> Iterator[GivenPrediction]:
    """Yield the predictions of one fold, of its test rows where the factor is known."""
    outcomes = [
        Outcome(columns[name], fitted)
        for name, given in sets.items()
        if given and _is_known(columns[name], fitted, test)
    ]
    for indices in known_together([outcome.factor for outcome in outcomes], fitted | test):
        members = [outcomes[index] for index in indices]
        known = members[0].factor.known
        rows, folds = fitted & known, np.zeros(len(data.groups), np.int64)
        folds[rows] = inner_folds(data.groups[rows])
        tasks = _fit_tasks(data.blocks(rows), members, columns, sets, rows, folds[rows])
        seen = _projections(data.blocks(rows), [task.folded for task in tasks], folds[rows])
        unseen = _projections(data.blocks(test & known), [[task.full] for task in tasks], np.zeros(len(known), int))
        for task, of_seen, of_test in zip(tasks, seen, unseen, strict=True):
            yield from _predictions(task, rows, folds, test & known, of_seen, of_test)


def _is_known(factor: Factor, fitted: np.ndarray, test: np.ndarray) -> bool:
    return bool((factor.known & fitted).any() and (factor.known & test).any())


def _fit_tasks(
    features: Blocks,
    outcomes: Sequence[Outcome],
    columns: Mapping[str, Factor],
    sets: Sets,
    rows: np.ndarray,
    folds: np.ndarray,
) -> list[_Task]:
    """Fit all outcomes, known for the same rows, against all that they are set against, in one pass."""
    pairs: dict[tuple[str, ...], list[tuple[int, GivenSet]]] = {}
    for index, outcome in enumerate(outcomes):
        for given in sets[outcome.factor.name]:
            pairs.setdefault(given.columns, []).append((index, given))
    empty = np.zeros((len(outcomes[0].columns), 1))  # its coefficients are 0
    designs = {names: given_design([columns[name] for name in names]) if names else empty for names in pairs}
    blocks = [*(outcome.columns for outcome in outcomes), *designs.values()]
    stops = np.cumsum([block.shape[1] for block in blocks])
    spans = [np.arange(stop - block.shape[1], stop) for block, stop in zip(blocks, stops, strict=True)]
    ridge = ConditionalRidge(features, np.hstack(blocks)[rows], folds)
    tasks = []
    for (names, members), span in zip(pairs.items(), spans[len(outcomes) :], strict=True):
        wanted = [outcomes[index] for index, _ in members]
        targets = np.concatenate([spans[index] for index, _ in members])
        owner = np.repeat(np.arange(len(wanted)), [outcome.width for outcome in wanted])
        alphas, unexplained = _choose_alphas(ridge, targets, span, owner)
        tasks.append(
            _Task(
                wanted,
                [given for _, given in members],
                designs[names],
                ridge.fit(targets, span).at(alphas[owner]),
                [ridge.fit(targets, span, fold).at(alphas[owner]) for fold in range(ridge.count)],
                unexplained,
            )
        )
    return tasks


def _choose_alphas(
    ridge: ConditionalRidge, targets: np.ndarray, span: np.ndarray, owner: np.ndarray
) -> tuple[np.ndarray, list[float]]:
    """Return each outcome's alpha, by its index, and the share of its variance that the given columns leave."""
    both, alone = ridge.squared_errors(targets, span)
    alphas, unexplained = [], []
    for index in range(owner.max() + 1):
        alphas.append(both[:, owner == index].sum(1).argmin())
        unexplained.append(float(alone[owner == index].sum() / ridge.variation(targets[owner == index])))
    return np.array(alphas), unexplained


def _projections(
    features: Blocks, models: Sequence[Sequence[ConditionalModels]], folds: np.ndarray
) -> list[np.ndarray]:
    """Multiply each row's features with the coefficients of its fold's models, in one pass.

    Args:
        features: [n, D].
        models: of each task, one per fold.
        folds: int [n].

    Returns:
        Of each task, float64 [n, T].
    """
    stacked = [np.vstack([of_task[fold].features[0] for of_task in models]) for fold in range(len(models[0]))]
    outputs, start = np.empty((features.shape[0], len(stacked[0]))), 0
    for block in features.blocks(torch.float64):
        array, codes = block.numpy(), folds[start : start + len(block)]
        for fold, coef in enumerate(stacked):
            members = codes == fold
            outputs[start : start + len(block)][members] = array[members] @ coef.T
        start += len(block)
    return np.split(outputs, np.cumsum([of_task[0].features.shape[1] for of_task in models])[:-1], axis=1)


def _predictions(
    task: _Task, rows: np.ndarray, folds: np.ndarray, test: np.ndarray, of_seen: np.ndarray, of_test: np.ndarray
) -> Iterator[GivenPrediction]:
    """Fit the distributions on inner folds, and yield the predictions of the test rows, by outcome."""
    seen = np.empty((2, *of_seen.shape))
    for fold, models in enumerate(task.folded):
        members, design = folds[rows] == fold, task.design[rows & (folds == fold)]
        seen[:, members] = models.given_outputs(design), models.contributions(of_seen[members], design)
    design = task.design[test]
    unseen = np.stack([task.full.given_outputs(design), task.full.contributions(of_test, design)])
    stop = 0
    for outcome, given, unexplained in zip(task.outcomes, task.given, task.unexplained, strict=True):
        span = slice(stop, stop := stop + outcome.width)
        kind, truth, inputs = outcome.factor.kind, outcome.columns[test], unseen[..., span]
        alone, both = (
            fit_predictive(kind, outcome.columns[rows], *seen[..., span], used=used) for used in (False, True)
        )
        # Given columns that do not help in unseen groups would only add noise to what they are compared by.
        useful = inputs if unexplained < 1 else np.zeros_like(inputs)
        yield GivenPrediction(
            outcome.factor.name,
            given,
            np.flatnonzero(test),
            outcome.values(alone.answers(*useful)),
            outcome.values(both.answers(*inputs)),
            both.log_likelihood(truth, *inputs) - alone.log_likelihood(truth, *inputs),
            truth,
            inputs[1] / both.shares if kind == "categorical" else inputs[1],
            unexplained,
        )

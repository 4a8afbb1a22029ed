"""Fitting a probe, choosing its settings on validation, and predicting test."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.embeddings.erasure import Projection
from exoprobe.errors import ExoprobeError
from exoprobe.probes.base import FittedProbe, Probe, Settings, by_eraser
from exoprobe.probes.probe_data import FoldData, ProbeData
from exoprobe.probes.results import ProbeResult, skills_on_validation
from exoprobe.probes.targets import Targets


@dataclass(frozen=True)
class Search:
    """What settings were chosen by.

    Attributes:
        settings: the L settings.
        skills: [L, F], of each on validation.
        accuracies: [L, F], likewise.
        chosen: int [F], the indices of the best.
    """

    settings: Sequence[Settings]
    skills: np.ndarray
    accuracies: np.ndarray
    chosen: np.ndarray


def run_probe(
    name: str, probe: Probe, data: FoldData, targets: Targets, erasers: Sequence[Projection] | None = None
) -> Iterator[ProbeResult]:
    """Fit a probe on one fold, choose each factor's settings, and predict the test rows.

    Args:
        name: of the probe.
        probe: the probe.
        data: the fold.
        targets: of all N samples.
        erasers: of each factor, of the standardized features; it is then predicted after that erasure.

    Yields:
        A result per set of factors that are fitted in one go, and variant.

    Raises:
        ExoprobeError: where a factor cannot be learned from the rows of a fold.
    """
    if erasers is not None and probe.joint_erasure:
        yield from _predict(name, probe, data, targets, erasers)
        return
    for indices, eraser in by_eraser(targets, erasers):
        seen, factors = data if eraser is None else data.erased(eraser), targets.subset(indices)
        for members in probe.partition(factors):
            yield from _predict(name, probe, seen, factors.subset(members))


def fit_and_choose(
    probe: Probe, pairs: Sequence[ProbeData], targets: Targets, erasers: Sequence[Projection] | None = None
) -> tuple[FittedProbe, Search]:
    """Fit on the training rows of each pair, and choose every factor's settings on all their validation rows.

    Args:
        probe: the probe.
        pairs: data to fit and to choose settings on.
        targets: of all N samples.
        erasers: of each factor.

    Returns:
        The first pair's models at the chosen settings, and the search.
    """
    key = (probe.title, tuple(factor.name for factor in targets.factors))
    if erasers is None and len(pairs) == 1 and key in pairs[0].fitted:
        known: tuple[FittedProbe, Search] = pairs[0].fitted[key]
        return known
    fitted = [probe.fit(pair, targets, erasers) for pair in pairs]
    rows = [pair.draw("validation", probe.max_validation) for pair in pairs]
    outputs = [model.outputs(pair, mask) for model, pair, mask in zip(fitted, pairs, rows, strict=True)]
    values = np.concatenate([targets.values(output) for output in outputs], axis=1)
    train = np.any([pair.rows["train"] for pair in pairs], axis=0)
    order = np.concatenate([np.flatnonzero(mask) for mask in rows])
    skills, accuracies = skills_on_validation(targets, order, train, values)
    search = Search(list(fitted[0].settings), skills, accuracies, skills.argmax(0))
    selected = fitted[0].select(search.chosen[targets.owner]), search
    if erasers is None and len(pairs) == 1:
        pairs[0].fitted[key] = selected
    return selected


def _predict(
    name: str, probe: Probe, data: FoldData, targets: Targets, erasers: Sequence[Projection] | None = None
) -> Iterator[ProbeResult]:
    pairs = data.tuning if probe.refit else data.tuning[:1]
    for pair in [*pairs, data.final]:
        _check(targets.factors, pair.rows["train"], data.fold.name)
    fitted, search = fit_and_choose(probe, pairs, targets, erasers)
    used = pairs[0]
    if len(pairs) > 1:
        used = data.final
        fitted = probe.fit(used, targets, erasers).select(search.chosen[targets.owner])
    values = targets.values(fitted.outputs(used, used.rows["test"]))
    if not probe.variants:
        yield ProbeResult(name, targets, values[0], *vars(search).values())
        return
    chosen = np.zeros(len(targets.factors), int)
    for index, variant in enumerate(probe.variants):
        validation = search.skills[[index]], search.accuracies[[index]]
        yield ProbeResult(variant, targets, values[index], [{}], *validation, chosen)


def _check(factors: Sequence[Factor], train: np.ndarray, fold: str) -> None:
    """Refuse a factor that has fewer than two values where a probe is to learn it."""
    for factor in factors:
        count = len(np.unique(factor.values[train & factor.known]))
        if count < (2 if factor.kind in CLASSES else 1):
            what = "only one value" if count else "no known value"
            raise ExoprobeError(f"{factor.name} has {what} in the training rows of {fold}; leave it out, or split anew")

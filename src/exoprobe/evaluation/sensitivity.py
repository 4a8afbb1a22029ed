"""Which leaks would have been found: factors of known skill, planted into a representation and looked for."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.factors import Factor
from exoprobe.datasets.folds import Fold
from exoprobe.datasets.units import read_unit_columns, varying_units
from exoprobe.evaluation.permutation_count import SIGNIFICANT
from exoprobe.evaluation.power import PowerCurve, critical, group_statistics
from exoprobe.probes.components import draw_samples, standardized_components
from exoprobe.probes.planted_skill import correlations_for
from exoprobe.probes.probe_data import Representation
from exoprobe.probes.registry import general_probe_names
from exoprobe.probes.shared_ridge import SharedRidge, fourier_features
from exoprobe.probes.spike_in import Design, Latent, normal_scores, share_plants
from exoprobe.probes.targets import join_targets
from exoprobe.progress import progress

log = logging.getLogger(__name__)

LARGEST, MIDDLE, SMALLEST, NONLINEAR = "largest", "middle", "smallest", "nonlinear"
LINEAR = (LARGEST, MIDDLE, SMALLEST)
COMPONENTS = 4  # of each, plants are along one or another
MULTIPLES = (0.5, 1, 2, 4)  # of the margin: the planted skills …
MOST_SKILL = 0.9  # … up to this
PLANTS = 5  # along each component, of each skill
MOST_CORRELATION = 0.999
COLUMNS = ["factor", "direction", "skill", "planted", "found", "detectable", "groups_needed"]


def sensitivity_table(source: Representation, samples: str | Path, *, margin: float) -> pd.DataFrame:
    """Plant factors into a representation, and see which of them are found.

    Args:
        source: the representation.
        samples: its dataset.
        margin: skill that would matter.

    Returns:
        A row per factor, direction and skill: ``planted`` (how many), ``found`` (share); and, the same in all of a
        factor's rows of linear leaks, and in those of nonlinear ones, ``detectable`` (the smallest skill that is
        found in four of five cases along every such direction; infinity where that is more than was planted) and
        ``groups_needed`` (in test, for leaks of the margin).
        Skills that rows of the features cannot have along a direction are left out.
    """
    rows = draw_samples(source)
    factors = [source.factors[name] for name in source.factor_names]
    units = varying_units(factors, source.groups, read_unit_columns(samples))
    groups = [source.groups if unit is None else unit.codes for unit in units]
    designs = [Design(factor.at(rows), codes[rows]) for factor, codes in zip(factors, groups, strict=True)]
    spiked = _Spiked(source, rows, margin, len(designs))
    shared = sorted(share_plants(designs), key=lambda indices: designs[indices[0]].factor.known.tobytes())
    results: dict[int, tuple[dict[str, object], ...]] = {}
    with progress(len(shared), "kind", log, f"planting factors like the {len(designs)} audited ones") as bar:
        for indices in shared:
            growth = len(np.unique(groups[indices[0]])) / len(np.unique(designs[indices[0]].groups))
            results |= dict.fromkeys(indices, spiked.look_for(designs[indices[0]], growth))
            bar.update()
    table = [{"factor": name, **row} for index, name in enumerate(source.factor_names) for row in results[index]]
    return pd.DataFrame(table, columns=COLUMNS)


@dataclass(frozen=True)
class _Plants:
    """Factors planted along one kind of direction.

    Attributes:
        skills: float64 [L], ascending.
        correlations: [L], of a row's own score with the latent variable of the factors.
        factors: by component, L times PLANTS factors.
        scores: by component, float32 [N, 1], each row's own.
    """

    skills: np.ndarray
    correlations: np.ndarray
    factors: list[list[Factor]]
    scores: list[np.ndarray]


@dataclass
class _OfRows:
    """What factors that are known for the same rows share.

    Attributes:
        ridges: by whether they are nonlinear, of each fold.
        scores: by component and whether it is folded, [n], of each row.
    """

    ridges: dict[bool, list[SharedRidge]] = field(default_factory=dict)
    scores: dict[tuple[int, bool], np.ndarray] = field(default_factory=dict)


class _Spiked:
    """A representation that factors are planted into.

    Args:
        source: the representation.
        rows: int [n], which samples to look at.
        margin: skill that would matter.
        hypotheses: how many factors the p-values are corrected for.
    """

    def __init__(self, source: Representation, rows: np.ndarray, margin: float, hypotheses: int) -> None:
        self.margin = margin
        self.skills = np.unique(np.minimum(np.multiply(MULTIPLES, margin), MOST_SKILL))
        self.level = SIGNIFICANT / (hypotheses * len(general_probe_names()))
        self.folds = [_drawn_fold(fold, rows) for fold in source.folds()]
        self.components = standardized_components(source.features, source.dataset_digest, rows)
        self.cosines = fourier_features(self.components)
        self.test = np.any([fold.test for fold in self.folds], axis=0)
        self._of_rows = b"", _OfRows()

    def look_for(self, design: Design, growth: float) -> tuple[dict[str, object], ...]:
        """Plant factors of a design, and return the rows of a factor of ``growth`` times the groups."""
        wanted = correlations_for(design.factor, design.scaled, self.skills)
        linear = self._look_along(LINEAR, design, wanted, growth)
        return *linear, *self._look_along((NONLINEAR,), design, wanted, growth)

    def _look_along(
        self, directions: Sequence[str], design: Design, wanted: np.ndarray, growth: float
    ) -> list[dict[str, object]]:
        """Return the rows of some kinds of direction, with what is detectable along all of them."""
        rows, curves = [], []
        for direction in directions:
            plants = self._plant(design, direction, wanted)
            if len(plants.skills):
                by_skill, curve = self._find(design, direction, plants)
                rows += by_skill
                curves += [curve] if curve.skills[-1] >= self.margin else []
        detectable = max((curve.detectable(growth) for curve in curves), default=np.inf)
        needed = max((curve.growth_needed(self.margin) for curve in curves), default=np.inf)
        needed = np.ceil(needed * self._test_groups(design))
        return [{**row, "detectable": detectable, "groups_needed": needed} for row in rows]

    def _plant(self, design: Design, direction: str, wanted: np.ndarray) -> _Plants:
        of_rows = [self._row_scores(design, index, direction) for index in self._components_of(direction)]
        latents = [design.latent(scores) for scores in of_rows]
        possible = wanted <= MOST_CORRELATION * min(latent.reliability for latent in latents)
        factors = [self._planted(design, latent, wanted[possible], seed) for seed, latent in enumerate(latents)]
        scores = [_at_rows(design, known) for known in of_rows]
        return _Plants(self.skills[possible], wanted[possible], factors, scores)

    def _planted(self, design: Design, latent: Latent, correlations: np.ndarray, seed: int) -> list[Factor]:
        noise = design.noise(PLANTS, seed)
        return [
            factor
            for correlation in correlations
            for factor in design.plant(latent, correlation / latent.reliability, noise, seed)
        ]

    def _components_of(self, direction: str) -> list[int]:
        """Return the indices of some principal components of a kind."""
        count = self.components.shape[1]
        number = min(COMPONENTS, count)
        start = {MIDDLE: (count - number) // 2, SMALLEST: count - number}.get(direction, 0)
        return list(range(start, start + number))

    def _projection(self, component: int, direction: str) -> np.ndarray:
        projection = self.components[:, component].astype(np.float64)
        return np.abs(projection - np.median(projection)) if direction == NONLINEAR else projection

    def _find(self, design: Design, direction: str, plants: _Plants) -> tuple[list[dict[str, object]], PowerCurve]:
        """Predict planted factors, and return a row per skill and the power along this kind of direction."""
        known = design.factor.known
        everything = [factor for factors in plants.factors for factor in factors]
        ridges = self._fitted(known, nonlinear=direction == NONLINEAR)
        statistics = self._statistics(design, everything, ridges)
        ideal = [
            self._statistics(design, factors, [SharedRidge(scores, fold.train & known, (0.0,)) for fold in self.folds])
            for factors, scores in zip(plants.factors, plants.scores, strict=True)
        ]
        shape = len(plants.factors), len(plants.skills), PLANTS
        by_skill = statistics.reshape(shape).swapaxes(0, 1).reshape(shape[1], -1)
        ideal_by_skill = np.reshape(ideal, shape).mean((0, 2))
        threshold = critical(self._test_groups(design), self.level)
        curve = PowerCurve(
            plants.skills, plants.correlations, by_skill.mean(1), ideal_by_skill,
            max(1.0, float(np.median(by_skill.std(1)))), threshold,
        )  # fmt: skip
        shares = (by_skill > threshold).mean(1)
        planted = by_skill.shape[1]
        return [
            {"direction": direction, "skill": skill, "planted": planted, "found": share}
            for skill, share in zip(plants.skills, shares, strict=True)
        ], curve

    def _fitted(self, known: np.ndarray, *, nonlinear: bool) -> list[SharedRidge]:
        """Return each fold's factorization over rows where a factor is known."""
        ridges = self._kept(known).ridges
        if nonlinear not in ridges:
            features = self.cosines if nonlinear else self.components
            ridges[nonlinear] = [SharedRidge(features, fold.train & known) for fold in self.folds]
        return ridges[nonlinear]

    def _row_scores(self, design: Design, component: int, direction: str) -> np.ndarray:
        """Return each row's own normal score along a direction, where the design's factor is known: [n]."""
        scores, key = self._kept(design.factor.known).scores, (component, direction == NONLINEAR)
        if key not in scores:
            scores[key] = normal_scores(self._projection(component, direction)[design.rows])
        return scores[key]

    def _kept(self, known: np.ndarray) -> "_OfRows":
        """Return what was computed of the rows where a factor is known; the last such rows' is kept."""
        key = known.tobytes()
        if self._of_rows[0] != key:
            self._of_rows = key, _OfRows()
        return self._of_rows[1]

    def _test_groups(self, design: Design) -> int:
        return len(np.unique(design.groups[self.test & design.factor.known]))

    def _statistics(self, design: Design, planted: Sequence[Factor], ridges: Sequence[SharedRidge]) -> np.ndarray:
        """Fit planted factors on train, predict test, and return their statistics, [F]."""
        known = design.factor.known
        values = np.empty((len(known), len(planted)))
        for fold, ridge in zip(self.folds, ridges, strict=True):
            targets = join_targets([factor.learned_from(fold.train) for factor in planted])
            test, (_, validation) = fold.test & known, fold.tuning[0]
            values[test] = ridge.predict(targets, validation & known, test)
        test = self.test & known
        truths = np.stack([factor.values[test] for factor in planted], axis=1)
        return group_statistics(planted[0], truths, values[test], design.groups[test])


def _drawn_fold(fold: Fold, rows: np.ndarray) -> Fold:
    """Return the fold of some samples, with one of its pairs of rows to tune on."""
    train, validation = fold.tuning[0]
    return Fold(fold.name, fold.train[rows], fold.test[rows], [(train[rows], validation[rows])])


def _at_rows(design: Design, scores: np.ndarray) -> np.ndarray:
    """Return scores [n] of the rows where the design's factor is known among all rows, 0 elsewhere: float32 [N, 1]."""
    features = np.zeros((len(design.factor.values), 1), np.float32)
    features[design.rows, 0] = scores
    return features

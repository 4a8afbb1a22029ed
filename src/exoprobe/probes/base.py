"""What a probe is, and how one is found by its name.

A probe is a module of :mod:`exoprobe.probes.methods` with a :class:`Probe` named ``PROBE``. Nothing else has to know
of it: audits run every general probe, tables and pages list what they find in the predictions.
"""

import importlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from exoprobe.embeddings.erasure import Projection
from exoprobe.errors import ExoprobeError
from exoprobe.probes.probe_data import ProbeData
from exoprobe.probes.registry import probe_names
from exoprobe.probes.targets import Targets

Settings = Mapping[str, float]  # hyperparameters by name: C, alpha, bandwidth, neighbors …


class FittedProbe(Protocol):
    """Models of T targets, fitted at L settings."""

    @property
    def settings(self) -> Sequence[Settings]:
        """The L settings."""
        ...

    def outputs(self, data: ProbeData, rows: np.ndarray) -> np.ndarray:
        """Return the outputs for some rows, bool [N]: [L, n, T], see :meth:`Targets.values`."""
        ...

    def select(self, chosen: np.ndarray) -> "FittedProbe":
        """Return the models with one setting per target, by its index, int [T]."""
        ...


class FitProbe(Protocol):
    """Fits a probe's models at all settings on the rows ``train`` of some data."""

    def __call__(self, data: ProbeData, targets: Targets, erasers: Sequence[Projection] | None = None) -> FittedProbe:
        """Return the models of all targets."""
        ...


def together(targets: Targets) -> list[list[int]]:
    """Fit all factors in one go."""
    return [list(range(len(targets.factors)))]


def by_known_rows(targets: Targets) -> list[list[int]]:
    """Fit factors in one go that are known for the same rows."""
    groups: dict[bytes, list[int]] = {}
    for index, factor in enumerate(targets.factors):
        groups.setdefault(factor.known.tobytes(), []).append(index)
    return list(groups.values())


def by_eraser(targets: Targets, erasers: Sequence[Projection] | None) -> list[tuple[list[int], Projection | None]]:
    """Put factors together that are seen after the same eraser: their indices, and it; without erasers all of them."""
    sets: dict[int, tuple[list[int], Projection | None]] = {}
    for index in range(len(targets.factors)):
        eraser = None if erasers is None else erasers[index]
        sets.setdefault(id(eraser), ([], eraser))[0].append(index)
    return list(sets.values())


@dataclass(frozen=True)
class Probe:
    """A kind of model that predicts factors from features.

    Attributes:
        title: as figures and tables call it.
        phrase: as a sentence calls it, such as ``the linear probe``.
        description: what it is, in a sentence, for the page and the docs.
        fit: fits it.
        partition: which factors are fitted in one go, by their indices.
        general: whether it predicts any factor, so that audits use it.
        rank: its position among other probes.
        refit: whether, with folds, it is fitted again on all training rows at the chosen settings. A probe that stops
            early needs validation rows that it was not fitted on, and keeps its first fit.
        repeated: whether cross-validations of few rows are repeated with other folds: it is fast, and one draw of the
            folds moves its skill.
        joint_erasure: whether ``fit`` takes an eraser per factor, and fits all of them in one go.
        max_validation: rows of validation that settings are chosen on; of more, whole groups are drawn.
        variants: titles by name, of probes that predict in several ways: each setting is then a variant, with
            predictions of its own, and none is chosen.
    """

    title: str
    phrase: str
    description: str
    fit: FitProbe
    partition: Callable[[Targets], list[list[int]]] = together
    general: bool = False
    rank: int = 100
    refit: bool = True
    repeated: bool = False
    joint_erasure: bool = False
    max_validation: int | None = None
    variants: Mapping[str, str] = field(default_factory=dict)


def find_probe(name: str) -> Probe:
    """Return a registered probe.

    Raises:
        ExoprobeError: where there is none of that name.
    """
    if name not in probe_names():
        raise ExoprobeError(f"there is no probe {name!r}; allowed: {', '.join(probe_names())}")
    probe: Probe = importlib.import_module(f"exoprobe.probes.methods.{name}").PROBE
    return probe

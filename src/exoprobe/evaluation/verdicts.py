"""The rule by which numbers become a verdict."""

from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import CLASSES, Factor
from exoprobe.datasets.units import Unit
from exoprobe.evaluation.permutation import SIGNIFICANT
from exoprobe.probes.base import find_probe

LEAKS, NO_EVIDENCE, INCONCLUSIVE = "leaks", "no evidence", "inconclusive"
MIN_GROUPS = 10  # in test
MIN_RAREST_GROUPS = 5  # of them that hold the rarest value


@dataclass(frozen=True)
class Evidence:
    """What a verdict rests on.

    Attributes:
        skills: by probe, skill and the ends of its 95 % interval.
        best: the probe that was best on validation.
        beyond: the low end of the interval of how much better it is than the linear probe.
        p: whether any probe is better than chance, corrected over factors.
        p_linear: of the linear probe alone, likewise.
        groups: in test.
        smallest_groups: how many of them hold the rarest value; None of numbers.
        fault: why no number can be trusted, of :func:`unit_fault`; empty where nothing speaks against it.
        detectable: smallest skill of planted factors that would have been found; 0 where that was not measured.
        groups_needed: in test, to find leaks of the margin.
    """

    skills: dict[str, tuple[float, float, float]]
    best: str
    beyond: float
    p: float
    p_linear: float
    groups: int
    smallest_groups: int | None
    fault: str = ""
    detectable: float = 0.0
    groups_needed: float = np.inf

    @property
    def highest(self) -> float:
        """The highest end of any probe's interval."""
        return float(np.nanmax([high for _, _, high in self.skills.values()], initial=-np.inf))


def smallest_groups(factor: Factor, values: np.ndarray, groups: np.ndarray) -> int | None:
    """Return how many groups hold the rarest value; None of numbers.

    Args:
        factor: for its kind and categories.
        values: [n], of some rows.
        groups: [n].
    """
    if factor.kind not in CLASSES:
        return None
    return min(len(np.unique(groups[values == code])) for code in range(len(factor.categories)))


def unit_fault(factor: str, unit: Unit, seen: int) -> str:
    """Say that probes may recognize a unit instead of a factor that varies between units only.

    Args:
        factor: its name.
        unit: what it varies between.
        seen: how many of the unit's values are in train and in test.
    """
    if not seen:
        return ""
    which = "all" if seen == unit.count else f"{seen}"
    return (
        f"{factor} varies only between the {unit.count} values of {unit.name}, and {which} of them are in train and in "
        f"test; split by {unit.name} (group: {unit.name}) to judge it"
    )


def judge(evidence: Evidence, margin: float) -> dict[str, str]:
    """Return the verdict, how the factor leaks, and the reason in a sentence.

    Inconclusive: too few groups, or units that train and test share. Leaks: the corrected p-value is at most 0.05, and
    the interval of the probe that was best on validation lies above 0. No evidence: it is above 0.05, all probes'
    intervals end below the margin, and planted leaks of the margin would have been found. Inconclusive: neither.

    Args:
        evidence: the numbers.
        margin: skill below which a leak is none that matters.

    Returns:
        ``verdict``, ``how`` (``linearly``, ``only nonlinearly``, or empty where that is inconclusive) and ``reason``.
    """
    if fault := evidence.fault or _too_few(evidence):
        return {"verdict": INCONCLUSIVE, "how": "", "reason": fault}
    significant, above = evidence.p <= SIGNIFICANT, evidence.skills[evidence.best][1] > 0
    if significant and above:
        how = _how(evidence)
        also = ", and linearly too" if how == "linearly" and evidence.best != "linear" else ""
        reason = f"decodable by {find_probe(evidence.best).phrase} better than by a constant, in unseen groups{also}"
        return {"verdict": LEAKS, "how": how, "reason": reason}
    if not significant and evidence.highest < margin:
        if evidence.detectable > margin:
            return {"verdict": INCONCLUSIVE, "how": "", "reason": _insensitive(evidence, margin)}
        reason = (
            f"no probe is significantly better than a constant, and every interval ends below a skill of {margin:g}"
        )
        return {"verdict": NO_EVIDENCE, "how": "", "reason": reason}
    if significant:
        reason = "the permutation test is significant, but the interval of the skill includes 0"
    elif above:
        reason = "the interval excludes 0, but the p-value does not survive the correction over factors"
    else:
        reason = f"not significant, but the skill may be as high as {evidence.highest:.2f}; more groups are needed"
    return {"verdict": INCONCLUSIVE, "how": "", "reason": reason}


def _how(evidence: Evidence) -> str:
    """Say whether the linear probe finds it too, or another is surely better."""
    if evidence.p_linear <= SIGNIFICANT and evidence.skills["linear"][1] > 0:
        return "linearly"
    return "only nonlinearly" if evidence.beyond > 0 else ""


def _insensitive(evidence: Evidence, margin: float) -> str:
    """Say that a leak would have been missed, and how many groups it would take to find it."""
    needed = (
        f"; about {evidence.groups_needed:,.0f} test groups are needed" if np.isfinite(evidence.groups_needed) else ""
    )
    return f"nothing is significant, but planted leaks with a skill of {margin:g} are often missed{needed}"


def _too_few(evidence: Evidence) -> str:
    """Say if a conclusion would rest on too few groups."""
    if evidence.groups < MIN_GROUPS:
        return f"only {evidence.groups} test groups; {MIN_GROUPS} are needed"
    if evidence.smallest_groups is not None and evidence.smallest_groups < MIN_RAREST_GROUPS:
        return f"the rarest value is in {evidence.smallest_groups} test groups; {MIN_RAREST_GROUPS} are needed"
    return ""

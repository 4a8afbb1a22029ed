"""The rule by which numbers become a verdict."""

from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.units import Unit
from exoprobe.evaluation.permutation_count import SIGNIFICANT
from exoprobe.evaluation.rare_categories import MIN_RAREST_GROUPS
from exoprobe.probes.base import find_probe

LEAKS, TRACE, NO_EVIDENCE, INCONCLUSIVE = "leaks", "trace", "no evidence", "inconclusive"
MIN_GROUPS = 6  # in test; of fewer, permutations are too few
FAILED = -0.1  # skill of a probe that predicts numbers worse than a constant does
SHOWN = 5  # categories in a reason


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
        smallest_groups: how many of them hold the rarest value that is judged; None of numbers.
        fault: why no number can be trusted, of :func:`unit_fault`; empty where nothing speaks against it.
        detectable: smallest skill of planted linear leaks that would have been found; NaN where that is not known.
        detectable_nonlinear: likewise of nonlinear ones.
        groups_needed: in test, to find leaks of the margin.
        left_out: categories that are not judged, since too few groups hold them.
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
    detectable_nonlinear: float = 0.0
    groups_needed: float = np.inf
    left_out: tuple[str, ...] = ()

    @property
    def predicting(self) -> str:
        """The best probe or, where its skill is not above 0, the one of highest skill; empty where none's is."""
        above = {probe: skill for probe, (skill, _, _) in self.skills.items() if skill > 0}
        return self.best if self.best in above else max(above, key=above.__getitem__, default="")

    @property
    def highest(self) -> float:
        """The highest end of any probe's interval."""
        return float(np.nanmax([high for _, _, high in self.skills.values()], initial=-np.inf))


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

    In this order, inconclusive: too few groups, units that train and test share, or failed probes. Leaks: the
    corrected p-value is at most 0.05, and the interval of the probe that was best on validation lies above the margin.
    Trace: likewise, but the interval begins below the margin, and some probe's skill is above 0. No evidence: the
    p-value is above 0.05, all probes' intervals end below the margin, and planted leaks of the margin would have been
    found. Inconclusive: neither.

    Args:
        evidence: the numbers.
        margin: skill below which a leak is none that matters.

    Returns:
        ``verdict``, ``how`` (``linearly``, ``only nonlinearly``, or empty where that is inconclusive) and ``reason``.
    """
    verdict, how, reason = _judge(evidence, margin)
    if evidence.left_out and not evidence.fault:
        shown = ", ".join(evidence.left_out[:SHOWN])
        more = f" and {len(evidence.left_out) - SHOWN} more" if len(evidence.left_out) > SHOWN else ""
        reason += f"; without {shown}{more}, which fewer than {MIN_RAREST_GROUPS} test groups hold"
    return {"verdict": verdict, "how": how, "reason": reason}


def _judge(evidence: Evidence, margin: float) -> tuple[str, str, str]:
    if fault := evidence.fault or _too_few(evidence) or _failed(evidence):
        return INCONCLUSIVE, "", fault
    significant, low = evidence.p <= SIGNIFICANT, evidence.skills[evidence.best][1]
    if significant and (predicting := evidence.predicting):
        how = _how(evidence)
        also = " and by the linear probe" if how == "linearly" and predicting != "linear" else ""
        reason = f"predicted better than by a constant on unseen groups, by {find_probe(predicting).phrase}{also}"
        if low > margin:
            return LEAKS, how, reason
        if low > 0:
            return TRACE, how, f"{reason}; the skill is surely above {low:.2f}, but not above the margin of {margin:g}"
        return TRACE, how, f"{reason}; how much is open, since the interval of the skill includes 0"
    if not significant and evidence.highest < margin:
        if not evidence.detectable <= margin:
            return INCONCLUSIVE, "", _insensitive(evidence)
        reason = (
            f"no probe is significantly better than a constant, and every interval ends below a skill of {margin:g}"
            f"{_hidden(evidence, margin)}"
        )
        return NO_EVIDENCE, "", reason
    if significant:
        return INCONCLUSIVE, "", "the permutation test is significant, but no probe has a skill above 0"
    if low > 0:
        return INCONCLUSIVE, "", "the interval excludes 0, but the p-value does not survive the correction"
    reason = f"not significant, but the skill may be as high as {evidence.highest:.2f}; more groups are needed"
    return INCONCLUSIVE, "", reason


def _how(evidence: Evidence) -> str:
    """Say whether the linear probe finds it too, or another is surely better."""
    if evidence.p_linear <= SIGNIFICANT and evidence.skills["linear"][0] > 0:
        return "linearly"
    return "only nonlinearly" if evidence.beyond > 0 else ""


def _insensitive(evidence: Evidence) -> str:
    """Say that a leak would have been missed, and how many groups it would take to find it."""
    if np.isnan(evidence.detectable):
        return "no probe found it, but whether a leak would have been found is not known"
    if not np.isfinite(evidence.detectable):
        return "no probe found it, but no planted leak would have been found here; more groups are needed"
    needed = evidence.groups_needed
    more = f"; about {needed:,.0f} test groups are needed" if np.isfinite(needed) else ""
    return f"no probe found it, but only skills of {evidence.detectable:.2f} or more would have been found here{more}"


def _failed(evidence: Evidence) -> str:
    """Say if the probes predict a number clearly worse than a constant: that proves nothing of the features."""
    for probe in dict.fromkeys([evidence.best, "linear"]):
        skill, _, high = evidence.skills[probe]
        if evidence.smallest_groups is None and skill < FAILED and high < 0:
            return (
                f"{find_probe(probe).phrase} predicts it worse than a constant (skill {skill:.2f}): look for outliers "
                "and codes of missing values, or transform it"
            )
    return ""


def _hidden(evidence: Evidence, margin: float) -> str:
    """Say which leaks no probe would have found though the verdict is that there is no evidence."""
    if not evidence.detectable_nonlinear > margin:
        return ""
    if np.isinf(evidence.detectable_nonlinear):
        return "; whether a leak is folded in the features, so that only nonlinear probes could find it, is not known"
    return f"; a nonlinear leak would show from a skill of {evidence.detectable_nonlinear:.2f} on"


def _too_few(evidence: Evidence) -> str:
    """Say if a conclusion would rest on too few groups."""
    if evidence.groups < MIN_GROUPS:
        return f"only {evidence.groups} test groups; {MIN_GROUPS} are needed"
    if evidence.smallest_groups is not None and evidence.smallest_groups < MIN_RAREST_GROUPS:
        return f"the rarest value is in {evidence.smallest_groups} test groups; {MIN_RAREST_GROUPS} are needed"
    return ""

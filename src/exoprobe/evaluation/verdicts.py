"""The rule by which numbers become a verdict."""

from dataclasses import dataclass

import numpy as np

from exoprobe.datasets.factors import CLASSES, Factor

LEAKS, NO_EVIDENCE, CANNOT_TELL = "leaks", "no evidence", "cannot tell"
SIGNIFICANT = 0.05
FEWEST_GROUPS = 10  # in test
FEWEST_RAREST = 5  # of them that hold the rarest value
NAMES = {
    "linear": "the linear readout",
    "neighbors": "nearest neighbors",
    "fourier": "Fourier features",
    "mlp": "the MLP",
}


@dataclass(frozen=True)
class Evidence:
    """What a verdict rests on.

    Attributes:
        skills: by readout, skill and the ends of its 95 % interval.
        best: the readout that was best on validation.
        beyond: the low end of the interval of how much better it is than the linear readout.
        p: whether any readout is better than chance, corrected over factors.
        p_linear: of the linear readout alone, likewise.
        groups: in test.
        smallest_groups: how many of them hold the rarest value; None of numbers.
    """

    skills: dict[str, tuple[float, float, float]]
    best: str
    beyond: float
    p: float
    p_linear: float
    groups: int
    smallest_groups: int | None

    @property
    def highest(self) -> float:
        """The highest end of any readout's interval."""
        return float(np.nanmax([high for _, _, high in self.skills.values()], initial=-np.inf))


def smallest_groups(factor: Factor, values: np.ndarray, groups: np.ndarray) -> int | None:
    """Return how many groups hold the value that fewest hold; None of numbers.

    Args:
        factor: for its kind and categories.
        values: [n], of some rows.
        groups: [n].
    """
    if factor.kind not in CLASSES:
        return None
    return min(len(np.unique(groups[values == code])) for code in range(len(factor.categories)))


def judge(evidence: Evidence, margin: float) -> dict[str, str]:
    """Return the verdict, how the factor leaks, and the reason in a sentence.

    Cannot tell: too few groups. Leaks: the corrected p-value is at most 0.05, and the interval of the readout that
    was best on validation lies above 0. No evidence: it is above 0.05, and all readouts' intervals end below the
    margin. Cannot tell: neither.

    Args:
        evidence: the numbers.
        margin: skill below which a leak is none that matters.

    Returns:
        ``verdict``, ``how`` (``linearly``, ``only nonlinearly``, or empty: that cannot be told) and ``reason``.
    """
    if too_few := _too_few(evidence):
        return {"verdict": CANNOT_TELL, "how": "", "reason": too_few}
    significant, above = evidence.p <= SIGNIFICANT, evidence.skills[evidence.best][1] > 0
    if significant and above:
        how = _how(evidence)
        also = ", and linearly too" if how == "linearly" and evidence.best != "linear" else ""
        reason = f"read by {NAMES[evidence.best]} better than by a constant, in groups that it has not seen{also}"
        return {"verdict": LEAKS, "how": how, "reason": reason}
    if not significant and evidence.highest < margin:
        reason = f"no readout is significantly better than a constant, and surely none by {margin:g} of skill"
        return {"verdict": NO_EVIDENCE, "how": "", "reason": reason}
    if significant:
        reason = "the permutations say that it is read, but the interval of its skill reaches down to 0"
    elif above:
        reason = "its interval lies above 0, but its p-value does not outlast the correction over factors"
    else:
        reason = f"not significant, but the skill may be as high as {evidence.highest:.2f}: more groups would tell"
    return {"verdict": CANNOT_TELL, "how": "", "reason": reason}


def _how(evidence: Evidence) -> str:
    """Say whether the linear readout finds it too, or another is surely better."""
    if evidence.p_linear <= SIGNIFICANT and evidence.skills["linear"][1] > 0:
        return "linearly"
    return "only nonlinearly" if evidence.beyond > 0 else ""


def _too_few(evidence: Evidence) -> str:
    """Say if a conclusion would rest on too few groups."""
    if evidence.groups < FEWEST_GROUPS:
        return f"it would rest on {evidence.groups} test groups; {FEWEST_GROUPS} are needed"
    if evidence.smallest_groups is not None and evidence.smallest_groups < FEWEST_RAREST:
        return f"too few test groups hold the rarest value: {evidence.smallest_groups} of {FEWEST_RAREST} needed"
    return ""

"""What was found of each factor in each representation: effect, certainty, and what is left beyond what is known."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from exoprobe.report.tables import rows_of

LEAKS, TRACE, NO_EVIDENCE, INCONCLUSIVE = "leaks", "trace", "no evidence", "inconclusive"
VERDICTS = (LEAKS, TRACE, INCONCLUSIVE, NO_EVIDENCE)
ENCODED, MOSTLY, ONLY, INSEPARABLE = "encoded beyond", "mostly through", "only through", "not separable"
SIGNIFICANT = 0.05
STRENGTHS = ((0.9, "almost perfectly"), (0.5, "strongly"), (0.2, "clearly"))  # least low end of the interval
WEAKLY = "weakly"
LITTLE = 0.25  # of the skill: what is beyond other columns is surely less than that
EXPLAINED = 0.05  # least skill from which another factor, alone, explains something


@dataclass(frozen=True)
class Beyond:
    """What of a factor is encoded beyond other columns.

    Attributes:
        given: the other columns.
        given_skill: of a probe of these alone.
        skill: that the features add to it; low and high are the ends of its 95 % interval.
        bits: conditional information, NaN where it is not known.
        p: corrected (Holm).
        verdict: ``encoded beyond X``, ``only through X``, ``not separable from X``, ``no evidence``, ``inconclusive``.
        reason: in words.
        source: why these columns: given, label or strongest.
    """

    given: str
    given_skill: float
    skill: float
    low: float
    high: float
    bits: float
    p: float
    verdict: str
    reason: str
    source: str

    def says(self, verdict: str) -> bool:
        """Return whether the verdict is of this kind, whatever the columns."""
        return self.verdict.startswith(verdict)

    @property
    def unexplained(self) -> bool:
        """Whether even the other factor that explains most explains nothing, so that naming it would mislead."""
        return self.source == "strongest" and self.says(ENCODED) and self.given_skill < EXPLAINED


@dataclass(frozen=True)
class Finding:
    """A row of the table verdicts with what the table beyond adds.

    Attributes:
        factor: its name.
        representation: its title.
        control: the representation has learned nothing.
        verdict: one of :data:`VERDICTS`.
        how: linearly, only nonlinearly, or empty.
        reason: of the verdict.
        probe: the best on validation.
        skill: of it; low and high are the ends of its 95 % interval.
        p: not corrected.
        p_holm: corrected.
        groups: independent groups that the conclusion rests on.
        unit: what these groups are: the level at which the factor varies.
        detectable: the least skill of a linear leak that would have been found, NaN where it is not known.
        detectable_nonlinear: likewise of a nonlinear leak; infinite where none would have been.
        groups_needed: so that a skill of the margin would be found, NaN where it is not known.
        beyond: what is left beyond the given columns, or else beyond the label or the column that explains most.
        twins: factors that are encoded only through this one, as it is through them: one of them all is encoded, and
            the data do not show which. Of the strongest of them; of the others there is nothing here.
    """

    factor: str
    representation: str
    control: bool
    verdict: str
    how: str
    reason: str
    probe: str
    skill: float
    low: float
    high: float
    p: float
    p_holm: float
    groups: float
    unit: str
    detectable: float
    detectable_nonlinear: float
    groups_needed: float
    beyond: Beyond | None
    twins: tuple[str, ...] = ()

    @property
    def significant(self) -> bool:
        """Whether the corrected p-value is at most 0.05."""
        return self.p_holm <= SIGNIFICANT

    @property
    def strength(self) -> str:
        """How strongly the factor is surely encoded, in a word."""
        return next((word for least, word in STRENGTHS if self.low >= least), WEAKLY)

    @property
    def beyond_is(self) -> str:
        """The kind of verdict on what is beyond, empty where there is none."""
        if self.beyond is not None and self.beyond.says(ENCODED) and self.beyond.high < LITTLE * self.skill:
            return MOSTLY
        kinds = (ENCODED, ONLY, INSEPARABLE)
        return "" if self.beyond is None else next((kind for kind in kinds if self.beyond.says(kind)), "")

    @property
    def words(self) -> str:
        """The verdict, with what is beyond in it where that decides."""
        if self.beyond is None or not self.beyond_is or self.verdict not in (LEAKS, TRACE):
            return self.verdict
        if self.twins:
            return f"{self.verdict} like {' and '.join(self.twins)}"
        if self.beyond_is == MOSTLY:
            return f"{MOSTLY} {self.beyond.given}"
        if self.beyond.unexplained:
            return self.verdict
        return f"{self.verdict} beyond {self.beyond.given}" if self.settled else self.beyond.verdict

    @property
    def mark(self) -> str:
        """Which mark stands for it: its verdict, or "through" where something else accounts for it."""
        return "through" if not self.settled and self.words != self.verdict else self.verdict

    @property
    def adds(self) -> Beyond | None:
        """What is beyond other columns, where something is found and these columns explain something of it."""
        is_known = self.beyond is not None and not self.beyond.unexplained and math.isfinite(self.beyond.skill)
        return self.beyond if is_known and (self.verdict in (LEAKS, TRACE) or self.significant) else None

    @property
    def settled(self) -> bool:
        """Whether what is known besides does not account for it."""
        return bool(self.twins) or self.beyond_is not in (MOSTLY, ONLY, INSEPARABLE)

    @property
    def rank(self) -> tuple[float, ...]:
        """By what matters, most first: the verdict, the low ends of what is beyond and of the skill, and the skill."""
        if self.verdict == NO_EVIDENCE:
            order = 4
        elif self.verdict == LEAKS:
            order = 0 if self.settled else 2
        else:
            order = 1 if self.significant and self.settled else 3
        beyond = self.low if self.beyond is None or self.twins else self.beyond.low
        return (order, *(-value if math.isfinite(value) else math.inf for value in (beyond, self.low, self.skill)))


def list_findings(tables: Mapping[str, pd.DataFrame]) -> list[Finding]:
    """Return a finding for each row of the table verdicts, sorted by what matters."""
    beyond = beyond_rows(tables["beyond"])
    findings = [
        Finding(
            row.factor, row.representation, row.control, row.verdict, row.how, row.reason, row.probe,
            row.skill, row.skill_low, row.skill_high, row.p, row.p_holm, row.test_groups, row.unit,
            row.detectable, row.detectable_nonlinear, row.groups_needed,
            beyond.get((row.factor, row.representation)),
        )
        for row in rows_of(tables["verdicts"])
    ]  # fmt: skip
    return sorted(with_twins(findings), key=lambda finding: finding.rank)


def factor_order(findings: Sequence[Finding]) -> list[str]:
    """Return the factors by their strongest finding; controls count only where there is nothing else."""
    return list(dict.fromkeys(finding.factor for finding in asked(findings) or findings))


def asked(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings on representations that are no controls, or all where every one is."""
    return [finding for finding in findings if not finding.control] or list(findings)


def strongest_by_factor(findings: Sequence[Finding]) -> dict[str, Finding]:
    """Return the strongest finding of each factor, strongest first; controls do not count beside others."""
    strongest: dict[str, Finding] = {}
    for finding in asked(findings):
        strongest.setdefault(finding.factor, finding)
    return strongest


def with_twins(findings: Sequence[Finding]) -> list[Finding]:
    """Note factors each of which is encoded only through the next, in a circle: the strongest stands for all."""
    through = {
        (finding.representation, finding.factor): finding
        for finding in findings
        if finding.beyond is not None and not finding.settled and finding.verdict in (LEAKS, TRACE)
    }
    noted = []
    for finding in findings:
        circle = _circle(finding, through)
        strongest = max(circle, key=lambda entry: entry.skill, default=None)
        twins = tuple(entry.factor for entry in circle if entry is not finding) if strongest is finding else ()
        noted.append(replace(finding, twins=twins))
    return noted


def _circle(finding: Finding, through: Mapping[tuple[str, str], Finding]) -> list[Finding]:
    """Return the findings from this one back to it, each encoded only through the next; none where there is no way."""
    circle: list[Finding] = []
    entry = through.get((finding.representation, finding.factor))
    while entry is not None and entry not in circle:
        circle.append(entry)
        entry = through.get((entry.representation, entry.beyond.given)) if entry.beyond else None
    return circle if entry is finding and len(circle) > 1 else []


def beyond_rows(table: pd.DataFrame) -> dict[tuple[str, str], Beyond]:
    """Return what is beyond by factor and representation: the columns that the user gave, or those that leave least.

    A factor that is itself encoded only through this one explains nothing of it.
    """
    chosen: dict[tuple[str, str], Beyond] = {}
    through = {
        (row.given, row.factor, row.representation) for row in rows_of(table) if row.verdict == f"{ONLY} {row.given}"
    }
    for row in rows_of(table):
        key = (row.factor, row.representation)
        mirrored = row.source == "strongest" and (row.factor, row.given, row.representation) in through
        if mirrored and row.verdict == f"{ENCODED} {row.given}":
            continue
        beyond = Beyond(
            row.given, row.given_skill, row.beyond, row.beyond_low, row.beyond_high, row.bits, row.p_holm,
            row.verdict, row.reason, row.source,
        )  # fmt: skip
        if key not in chosen or _precedence(beyond) < _precedence(chosen[key]):
            chosen[key] = beyond
    return chosen


def _precedence(beyond: Beyond) -> tuple[bool, bool, float]:
    low = beyond.low if math.isfinite(beyond.low) else -math.inf
    return beyond.source != "given", not beyond.says(INSEPARABLE), low

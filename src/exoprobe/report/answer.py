"""The answer of an audit in words, made from effects and their certainty and not from counts."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from exoprobe.report.comparison import Lowest, better_representation, gaps_words
from exoprobe.report.findings import (
    ENCODED,
    INCONCLUSIVE,
    INSEPARABLE,
    LEAKS,
    MOSTLY,
    NO_EVIDENCE,
    ONLY,
    TRACE,
    Finding,
    asked,
    strongest_by_factor,
)
from exoprobe.report.wanted import Wanted
from exoprobe.report.wording import estimate, first_few, holm, listed, number, quoted


@dataclass(frozen=True)
class Answer:
    """The first words of the page: a sentence, and what else there is to know, each with a label."""

    headline: str
    more: list[tuple[str, str]]


@dataclass(frozen=True)
class Circumstances:
    """What the words depend on besides the findings.

    Attributes:
        margin: skill that would matter.
        permutations: of the test.
        wanted: what the representations should encode.
        lowest: by factor, which representation encodes it least.
        hurts: by how much each factor that hurts the label lowers its skill on unseen values.
    """

    margin: float
    permutations: int
    wanted: Sequence[Wanted]
    lowest: Mapping[str, Lowest]
    hurts: Sequence[str] = ()


def make_answer(findings: Sequence[Finding], circumstances: Circumstances) -> Answer:
    """Say what leaks beyond what is known, how much, how surely, and compared with what."""
    strongest = strongest_by_factor(findings)
    if not strongest:
        return Answer("Nothing was audited.", [])
    top = next(iter(strongest.values()))
    lines = [
        *_other_factors(list(strongest.values()), top, circumstances),
        ("Hurts the label", _hurting(circumstances.hurts)),
        ("Which is lower", _between(strongest, circumstances)),
        ("For comparison", _comparison(findings, top, circumstances)),
    ]
    return Answer(_headline(findings, top, circumstances), [(label, text) for label, text in lines if text])


def strongest_lines(findings: Sequence[Finding], most: int = 3) -> list[str]:
    """Return the strongest findings, one of each factor, a line of text each."""
    return [
        f"{finding.verdict if finding.settled else finding.words}: {finding.factor} from {finding.representation}, "
        f"skill {estimate(finding.skill, finding.low, finding.high)}{_beyond_words(finding)}"
        for finding in list(strongest_by_factor(findings).values())[:most]
    ]


def _headline(findings: Sequence[Finding], top: Finding, circumstances: Circumstances) -> str:
    source, skill = quoted(top.representation), estimate(top.skill, top.low, top.high).replace("(", "(95 % interval ")
    if top.control:
        source = f"the control {source}"
    if top.verdict == LEAKS and top.settled:
        return f"{top.factor} leaks {top.strength} from {source}: skill {skill}{_beyond_words(top)}."
    if top.verdict == TRACE and top.settled:
        margin = number(circumstances.margin)
        return f"Only traces: {top.factor} from {source}, skill {skill}, not surely above the margin of {margin}."
    if top.significant and top.settled:
        p = holm(top.p_holm, top.p, circumstances.permutations)
        return (
            f"{top.factor} can be predicted from {source} (skill {skill}, p {_p(p)}); how much is open: {top.reason}."
        )
    if top.beyond is not None and not top.settled and top.verdict in (LEAKS, TRACE):
        verdict = "cannot be separated from" if top.beyond_is == INSEPARABLE else f"is encoded {top.beyond_is}"
        return f"{top.factor} {verdict} {top.beyond.given} in {source}: skill {skill}{_beyond_words(top)}."
    if top.verdict == NO_EVIDENCE:
        titles = list(dict.fromkeys(quoted(finding.representation) for finding in asked(findings)))
        return f"No evidence of a leak from {first_few(titles)}; {_trust(asked(findings), circumstances.margin)}."
    return f"Whether {top.factor} leaks from {source} is open: {top.reason}."


def _p(text: str) -> str:
    return text if text[0] in "≤<" else f"= {text}"


def _beyond_words(finding: Finding) -> str:
    beyond = finding.beyond
    if beyond is None:
        return ""
    if finding.twins:
        return f"; or {listed(list(finding.twins))} instead, which the data do not separate from it"
    if beyond.unexplained:
        return "; no other factor explains it"
    if beyond.says(ENCODED) or beyond.says(ONLY):
        return f", beyond {beyond.given} {estimate(beyond.skill, beyond.low, beyond.high)}"
    if beyond.says(INSEPARABLE):
        return f"; {beyond.reason}" if beyond.reason else ""
    return f"; how much of it is beyond {beyond.given}, the data do not show"


def _trust(findings: Sequence[Finding], margin: float) -> str:
    """Say what a "no" is worth: which skill would have been found."""
    least = [finding.detectable for finding in findings if math.isfinite(finding.detectable)]
    if not least:
        return f"all intervals end below a skill of {number(margin)}"
    nonlinear = max(finding.detectable_nonlinear for finding in findings)
    linear = number(max(least))
    if math.isnan(nonlinear) or nonlinear <= max(least):
        return f"a skill of {linear} or more would have been found"
    folded = (
        "of a nonlinear one that is not known" if math.isinf(nonlinear) else f"a nonlinear one of {number(nonlinear)}"
    )
    return f"a linear leak of {linear} or more would have been found, {folded}"


def _hurting(sizes: Sequence[str]) -> str:
    return f"{first_few(list(sizes))} on unseen values" if sizes else ""


def _other_factors(strongest: list[Finding], top: Finding, circumstances: Circumstances) -> list[tuple[str, str]]:
    others = [finding for finding in strongest if finding is not top]
    leaks = [finding for finding in others if finding.verdict == LEAKS and finding.settled]
    traces = [finding for finding in others if finding.verdict == TRACE and finding.settled]
    open_ones = [finding for finding in others if finding.verdict == INCONCLUSIVE]
    absent = [finding for finding in others if finding.verdict == NO_EVIDENCE]
    lines = [("Also leaking", first_few([f"{entry.factor} {_size(entry)}" for entry in leaks], 4))]
    for kind, label in ((MOSTLY, "Mostly through"), (ONLY, "Only through"), (INSEPARABLE, "Not separable from")):
        lines += [
            (f"{label} {given}", first_few([f"{entry.factor} ({number(entry.skill)})" for entry in entries], 4))
            for given, entries in _by_given(others, kind).items()
        ]
    lines.append(("Trace", first_few([f"{entry.factor} {number(entry.skill)}" for entry in traces], 4)))
    lines.append(("Inconclusive", "; ".join(_why_open(open_ones))))
    if absent:
        names = first_few([entry.factor for entry in absent], 4)
        lines.append(("No evidence", f"{names}; {_trust(absent, circumstances.margin)}"))
    return lines


def _size(finding: Finding) -> str:
    """Return the skill, or what of it is beyond where that is known."""
    beyond = finding.beyond
    if finding.twins:
        return f"{number(finding.skill)} (or {listed(list(finding.twins))} instead)"
    if beyond is not None and beyond.says(ENCODED) and not beyond.unexplained:
        return f"{number(beyond.skill)} beyond {beyond.given}"
    return number(finding.skill)


def _by_given(findings: Sequence[Finding], kind: str) -> dict[str, list[Finding]]:
    of: dict[str, list[Finding]] = {}
    for finding in findings:
        through = finding.verdict in (LEAKS, TRACE) and not finding.settled and finding.beyond_is == kind
        if finding.beyond is not None and through:
            of.setdefault(finding.beyond.given, []).append(finding)
    return of


def _why_open(findings: Sequence[Finding], most: int = 3) -> list[str]:
    """Say for each reason which factors are open; those that are significant first, with their skill."""
    by_reason: dict[str, list[str]] = {}
    for finding in findings:
        size = f" (skill {number(finding.skill)}, p significant)" if finding.significant else ""
        by_reason.setdefault(finding.reason, []).append(f"{finding.factor}{size}")
    lines = [f"{first_few(names)}: {reason}" for reason, names in by_reason.items()]
    left = sum(map(len, list(by_reason.values())[most:]))
    return [*lines[:most], *([f"and {left} more"] if left else [])]


def _between(strongest: Mapping[str, Finding], circumstances: Circumstances) -> str:
    lowest = circumstances.lowest
    leaking = [name for name, entry in strongest.items() if entry.verdict in (LEAKS, TRACE) and name in lowest]
    if not leaking:
        return ""
    if winner := better_representation(lowest, leaking):
        title, factors = winner
        return f"{quoted(title)} surely encodes less: {gaps_words(factors, lowest)}"
    sure = [name for name in leaking if lowest[name].title is not None]
    if not sure:
        return f"the data do not show which encodes less of {first_few(leaking)}"
    return "; ".join(f"{quoted(lowest[name].title or '')} least of {gaps_words([name], lowest)}" for name in sure[:2])


def _comparison(findings: Sequence[Finding], top: Finding, circumstances: Circumstances) -> str:
    """Say what else reaches how much: what is wanted, and the controls, for the factor of the headline."""
    controls = {entry.representation for entry in findings if entry.control}
    skills = [f"{entry.name} (wanted) {_by_title(entry.skills, controls)}" for entry in circumstances.wanted]
    skills += [
        f"{top.factor} from {quoted(entry.representation)} (control) {number(entry.skill)}"
        for entry in findings
        if entry.control and entry.factor == top.factor and entry is not top
    ]
    return "; ".join(skills)


def _by_title(skills: Mapping[str, tuple[float, float, float]], controls: Collection[str], most: int = 3) -> str:
    """Name the skill from each representation that is no control, or the lowest and highest of many."""
    values = {title: skill[0] for title, skill in skills.items() if title not in controls}
    if len(values) > most:
        return f"at least {number(min(values.values()))} and at most {number(max(values.values()))}"
    if len(values) == 1:
        return number(next(iter(values.values())))
    return listed([f"{number(value)} from {quoted(title)}" for title, value in values.items()])

"""What to do now: rules on an audit's findings, as docs/reading.md states them."""

import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from exoprobe.report.association_figure import both_directions
from exoprobe.report.comparison import Lowest, better_representation, gaps_words
from exoprobe.report.findings import INCONCLUSIVE, LEAKS, NO_EVIDENCE, Finding, asked, strongest_by_factor
from exoprobe.report.learning import list_growth
from exoprobe.report.removal_figures import LEAST_SQUARES, MEASURES, REST
from exoprobe.report.shift_words import drop_words, first_by_factor, list_hurts, worst_words
from exoprobe.report.tables import rows_of
from exoprobe.report.wanted import Wanted
from exoprobe.report.wording import count, counted, difference, estimate, first_few, number, quoted

ASSOCIATED = 0.5  # Cramér's V, correlation ratio and the like from which a column should be given
FREE = 0.02  # the most that recognition may surely lose where an erasure is called without cost
MOST_ERASED = 2  # factors whose erasure is reported
MOST_HURT = 2  # factors that hurt the label which are reported
ENOUGH = 0.9  # of a representation's skill, reached by a control
LITTLE = 0.25  # of a skill, left by such an eraser
GROWS = 0.05  # of skill, by which twice the groups would raise it
MOST_GROWING = 2  # factors that are named


@dataclass(frozen=True)
class Action:
    """An advice.

    Attributes:
        title: in a few words.
        text: why and how, in a sentence.
        code: to add to the command, or a file to use; or empty.
        factor: that it is about most, or empty.
    """

    title: str
    text: str
    code: str = ""
    factor: str = ""


def list_actions(
    findings: Sequence[Finding],
    tables: Mapping[str, pd.DataFrame],
    lowest: Mapping[str, Lowest],
    wanted: Sequence[Wanted],
    metadata: Mapping[str, Any],
) -> list[Action]:
    """Return what the rules advise, the most useful first."""
    strongest = strongest_by_factor(findings)
    leaking = [finding for finding in strongest.values() if finding.verdict == LEAKS]
    actions = [
        *_give(leaking, tables["association"], {metadata["label"], metadata["group"]}),
        *_broaden(tables["shift"]),
        *_prefer(leaking, lowest, wanted),
        *_erase([finding for finding in leaking if finding.settled], tables, wanted),
        *_keep_the_label([finding for finding in leaking if finding.settled], tables, wanted, metadata["label"]),
        *_compare_with_control(leaking, findings),
        *_add_groups(list(strongest.values()), metadata["margin"]),
        *_expect_more(list(strongest.values()), tables),
    ]
    if not metadata["label"]:
        text = "every factor is then compared with what the features should encode"
        actions.append(Action("Name the label", text, "--label COLUMN"))
    if not actions and strongest and all(finding.verdict == NO_EVIDENCE for finding in asked(findings)):
        actions.append(Action("Nothing to do", "repeat the audit when the features or the population change"))
    return actions


def _give(leaking: Sequence[Finding], association: pd.DataFrame, roles: Collection[str | None]) -> Iterator[Action]:
    """A column that goes with leaking factors, and was not given: the one of most, or else the strongest itself."""
    ranks = {finding.factor: rank for rank, finding in enumerate(leaking)}
    known = {(finding.factor, finding.beyond.given) for finding in leaking if finding.beyond}
    known |= {(finding.beyond.given, finding.factor) for finding in leaking if finding.beyond and not finding.settled}
    partners: dict[str, list[str]] = {}
    for row in rows_of(both_directions(association).sort_values("value", ascending=False)):
        is_new = row.other not in roles and (row.factor, row.other) not in known
        if is_new and row.value >= ASSOCIATED and row.factor in ranks:
            partners.setdefault(row.other, []).append(f"{row.factor} ({row.measure} {number(row.value)})")
    if partners:
        other = min(partners, key=lambda name: (-len(partners[name]), ranks.get(name, len(ranks))))
        verb = "goes" if len(partners[other]) == 1 else "go"
        text = f"{first_few(partners[other], 2)} {verb} with it; see what is left beyond it"
        yield Action(f"Give {other}", text, f"--given {_quoted(other)}")


def _broaden(shift: pd.DataFrame) -> Iterator[Action]:
    """Factors that hurt the label on values that training has not seen."""
    for row in first_by_factor(list_hurts(shift))[:MOST_HURT]:
        text = f"from {quoted(row.representation)}, {drop_words(row)}{worst_words(row)}; hold some out to test this"
        yield Action(f"Train on more values of {row.factor}", text, factor=row.factor)


def _prefer(leaking: Sequence[Finding], lowest: Mapping[str, Lowest], wanted: Sequence[Wanted]) -> Iterator[Action]:
    """A representation that is surely lower, with what it does for what is wanted."""
    winner = better_representation(lowest, [finding.factor for finding in leaking])
    if winner is None:
        return
    title = winner[0]
    kept = [
        f"{entry.name} (wanted) {number(entry.skills[title][0])} against "
        f"{number(max(skill[0] for other, skill in entry.skills.items() if other != title))}"
        for entry in wanted
        if title in entry.skills and len(entry.skills) > 1
    ]
    text = "; ".join([f"surely encodes less: {gaps_words(winner[1], lowest, 1)}", *kept])
    yield Action(f"Prefer {quoted(title)}", text, factor=winner[1][0])


def _erase(
    leaking: Sequence[Finding], tables: Mapping[str, pd.DataFrame], wanted: Sequence[Wanted]
) -> Iterator[Action]:
    """What erasing the strongest leaks costs, and what is still found afterwards."""
    erasure, recognition = tables["erasure"], tables["recognition"]
    for finding in leaking[:MOST_ERASED]:
        factor, title = finding.factor, finding.representation
        rows = erasure[(erasure["representation"] == title) & (erasure["erased"] == factor)]
        rows = rows[rows["probed"] == factor]
        if rows.empty:
            continue
        left = rows[~rows["at_baseline"]].sort_values("skill", ascending=False)
        after = f"no probe beats a constant (skill {number(rows['skill_before'].max())} before)"
        if len(left):
            best = rows_of(left)[0]
            before = number(best.skill_before)
            after = f"the {best.probe} probe still reaches a skill of {number(best.skill)} ({before} before)"
        start = f"Do not rely on erasing {factor}" if len(left) else f"Erase {factor}"
        text = f"after linear erasure from {quoted(title)}, {after}; {_cost(recognition, factor, title, wanted)}"
        yield Action(start, text, "" if len(left) else _eraser_file(rows), factor)


def _keep_the_label(
    leaking: Sequence[Finding], tables: Mapping[str, pd.DataFrame], wanted: Sequence[Wanted], label: str | None
) -> Iterator[Action]:
    """The eraser of everything but the label, where it leaves little of a leak."""
    erasure, erased = tables["erasure"], f"{REST} {label}"
    rest = erasure[(erasure["erased"] == erased) & (erasure["probe"] != LEAST_SQUARES)]
    for finding in leaking:
        factor, title = finding.factor, finding.representation
        rows = rest[(rest["representation"] == title) & (rest["probed"] == factor)]
        if len(rows) and rows["skill"].max() <= LITTLE * rows["skill_before"].max():
            best = rows_of(rows.sort_values("skill", ascending=False))[0]
            left = f"the {best.probe} probe reaches a skill of {number(best.skill)} for {factor}"
            before = number(rows["skill_before"].max())
            text = f"{left} ({before} before); {_cost(tables['recognition'], erased, title, wanted)}"
            yield Action(f"Erase {erased}, if you need no more of {quoted(title)}", text, _eraser_file(rows), factor)
            return


def _eraser_file(rows: pd.DataFrame) -> str:
    file = rows["file"].iloc[0]
    return f"erasers/{file}" if file else ""


def _cost(recognition: pd.DataFrame, erased: str, title: str, wanted: Sequence[Wanted]) -> str:
    measure = wanted[0].measure if wanted else ""
    rows = recognition[(recognition["representation"] == title) & (recognition["erased"] == erased)]
    rows = rows[rows["measure"] == measure]
    if rows.empty:
        return f"its cost was not measured ({'recognition is of classes' if wanted else 'no label'})"
    row = rows_of(rows)[0]
    words, change = MEASURES[measure], difference(row.change, row.change_low, row.change_high, 3)
    after = f"{number(row.value, 3)}, change {change}"
    if row.change_low > 0:
        return f"{words} rises to {after}"
    if row.change_low > -FREE:
        return f"{words} is kept: {after}"
    if row.change_high < 0:
        return f"{words} falls to {after}"
    return f"{words} may change: {after}"


def _compare_with_control(leaking: Sequence[Finding], findings: Sequence[Finding]) -> Iterator[Action]:
    """Factors that a control encodes as well."""
    reached: dict[str, list[str]] = {}
    for finding in leaking:
        for entry in findings:
            same = entry.control and entry.factor == finding.factor and not finding.control
            if same and entry.verdict == LEAKS and entry.skill >= ENOUGH * finding.skill:
                reached.setdefault(entry.representation, []).append(f"{finding.factor} ({number(entry.skill)})")
    share = f"{100 * ENOUGH:.0f} %"
    for title, factors in reached.items():
        text = f"the control {quoted(title)} reaches at least {share} of the skill without any training"
        yield Action(f"Do not blame the training for {first_few(factors, 2)}", text)


def _add_groups(strongest: Sequence[Finding], margin: float) -> Iterator[Action]:
    """How many groups would decide what is open."""
    needed = {finding.factor: groups_needed(finding, margin) for finding in strongest if _is_open(finding)}
    known = {factor: groups for factor, groups in needed.items() if groups}
    if known:
        have = [finding.groups for finding in strongest if finding.factor in known and math.isfinite(finding.groups)]
        now = f" instead of {count(min(have))}" if have else ""
        units = {finding.unit for finding in strongest if finding.factor in known}
        noun = f" ({units.pop()})" if len(units) == 1 and all(units) else ""
        text = f"about {counted(max(known.values()), 'group')}{noun} in test{now} would decide {first_few(list(known))}"
        yield Action("Add groups", text, factor=next(iter(known)))


def _expect_more(strongest: Sequence[Finding], tables: Mapping[str, pd.DataFrame]) -> Iterator[Action]:
    """Factors of which more would be found with more groups."""
    growth = list_growth(tables["learning"], tables["description_length"])
    of_findings = [growth.get((finding.factor, finding.representation)) for finding in strongest]
    rising = [entry for entry in of_findings if entry and entry.twice[0] - entry.now[0] >= GROWS]
    if rising:
        rising.sort(key=lambda entry: entry.now[0] - entry.twice[0])
        reached = [f"{entry.factor} {estimate(*entry.twice)}, {number(entry.now[0])} now" for entry in rising]
        text = f"with twice the groups the ridge probe would reach {first_few(reached, MOST_GROWING)}"
        yield Action("Expect more with more groups", text, factor=rising[0].factor)


def _is_open(finding: Finding) -> bool:
    return finding.verdict == INCONCLUSIVE


def groups_needed(finding: Finding, margin: float) -> int:
    """Return how many test groups would decide an open factor, 0 where that is not known.

    The table verdicts says so. Otherwise an interval shrinks with the root of the number of groups, until half of
    it is as wide as the margin.
    """
    if math.isfinite(finding.groups_needed):
        return math.ceil(finding.groups_needed)
    half = (finding.high - finding.low) / 2
    if not (math.isfinite(half) and math.isfinite(finding.groups)) or half <= margin:
        return 0
    return math.ceil(finding.groups * (half / margin) ** 2)


def _quoted(name: str) -> str:
    return name if name.replace("_", "").isalnum() else f'"{name}"'

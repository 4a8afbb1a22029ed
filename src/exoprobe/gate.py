"""A gate for releases: how much of a factor a representation may encode, and whether it encodes more than before.

A limit holds where the interval's upper end is at most the limit, is broken where its lower end is above, and is
inconclusive in between. So a limit is never broken by noise alone more often than the interval is wrong on one side.
Changes since an earlier audit are of all factors, so that their p-values are corrected too.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement as Child
from xml.etree.ElementTree import tostring

import numpy as np
import pandas as pd
from scipy.special import ndtr, ndtri

from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.intervals import LEVEL
from exoprobe.evaluation.permutation import holm
from exoprobe.evaluation.permutation_count import SIGNIFICANT
from exoprobe.evaluation.release_change import GroupErrors, paired_changes
from exoprobe.evaluation.verdicts import LEAKS

Status = Literal["held", "broken", "inconclusive"]
Change = Literal["worse", "same", "better", ""]
Errors = Mapping[tuple[str, str], GroupErrors]  # by factor and representation
EXIT_STATUS: Mapping[Status, int] = {"held": 0, "broken": 2, "inconclusive": 3}
COMPARED = ("factor", "representation", "verdict", "skill", "skill_low", "skill_high")  # of an earlier audit
FORMAT = "exoprobe verdicts, version 2"  # docs/reference/verdicts.schema.json
FORM = re.compile(r"(?P<factor>.+?)(:(?P<given>[^:=]+))?=(?P<limit>[^=]+)")


@dataclass(frozen=True)
class Limit:
    """How much of a factor may be encoded.

    Attributes:
        factor: its name.
        at_most: the skill, from 0 (a constant) to 1 (perfect).
        given: the columns beyond which it counts, as the table ``beyond`` names them; empty for the skill itself.
    """

    factor: str
    at_most: float
    given: str = ""


@dataclass(frozen=True)
class Check:
    """What became of one limit, or of the comparison with an earlier audit, for one representation.

    Attributes:
        name: what was checked.
        representation: of which.
        status: held, broken or inconclusive.
        value: the skill, what it is beyond the given columns, or its change.
        low: the lower end of its 95 % interval …
        high: … and the upper one.
        at_most: the limit.
        change: since the earlier audit: worse, same or better; empty where that is not known, and of a limit.
        note: how it was compared, where that is not on the same test rows.
    """

    name: str
    representation: str
    status: Status
    value: float
    low: float
    high: float
    at_most: float
    change: Change = ""
    note: str = ""

    def __str__(self) -> str:
        """Return the check in a line."""
        numbers = f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f}), at most {self.at_most:g}"
        line = f"{self.status:<13} {self.name} ({self.representation}): {numbers}"
        return "; ".join(filter(None, (line, self.change, self.note)))


def parse_limit(text: str) -> Limit:
    """Read a limit, ``sex=0.1`` or, beyond other columns, ``site:label=0.05``.

    Raises:
        ExoprobeError: where it has another form.
    """
    match = FORM.fullmatch(text.strip())
    try:
        at_most = float(match["limit"]) if match else math.nan
    except ValueError:
        at_most = math.nan
    if match is None or not 0 <= at_most < 1:
        raise ExoprobeError(
            f"limit {text!r} must have the form factor=0.1 or factor:given=0.1, with a skill from 0 to below 1"
        )
    return Limit(match["factor"].strip(), at_most, (match["given"] or "").strip())


def check_limits(verdicts: pd.DataFrame, beyond: pd.DataFrame, limits: Sequence[Limit]) -> list[Check]:
    """Check every limit for every representation that is no control.

    Args:
        verdicts: the table of an audit.
        beyond: likewise.
        limits: what may be encoded.

    Raises:
        ExoprobeError: where a factor, or a factor beyond these columns, was not audited.
    """
    return [check for limit in limits for check in _check(verdicts, beyond, limit)]


def check_baseline(
    verdicts: pd.DataFrame,
    earlier: pd.DataFrame,
    margin: float,
    errors: Errors | None = None,
    earlier_errors: Errors | None = None,
) -> list[Check]:
    """Check that no factor is encoded more than in an earlier audit, by more than the margin.

    A change is on the same test rows where both audits have them. Otherwise both audits are taken as independent,
    which is on the safe side. A factor is worse where the interval of the change is above the margin and the p-value of
    the change, corrected for all factors and representations, is at most 0.05.

    Args:
        verdicts: the table of an audit.
        earlier: the same of the earlier one; factors and representations of both are compared.
        margin: the rise of the skill that would matter.
        errors: of :func:`exoprobe.evaluation.release_change.read_group_errors`, of the audit.
        earlier_errors: likewise of the earlier one; None where it has none.

    Raises:
        ExoprobeError: where they have none in common.
    """
    rows = {_key(row): row for row in verdicts[~verdicts["control"]].to_dict("records")}
    before = {_key(row): row for row in earlier.to_dict("records")}
    both = [key for key in rows if key in before]
    if not both:
        raise ExoprobeError("the earlier audit has no factor of the same representation; both must have their names")
    errors, earlier_errors = errors or {}, earlier_errors or {}
    paired = _paired(both, errors, earlier_errors)
    changes = [paired.get(key) or _unpaired(rows[key], before[key], key in earlier_errors) for key in both]
    corrected = holm(np.array([change.p for change in changes]))
    checks = [
        _changed(rows[key], before[key]["verdict"], change, p, margin)
        for key, change, p in zip(both, changes, corrected, strict=True)
    ]
    for key, row in rows.items():
        if key not in before and row["verdict"] == LEAKS:
            value, low, high = _ends(row)
            name, note = f"{key[0]}: new leak", "not in the earlier audit"
            checks.append(Check(name, key[1], "inconclusive", value, low, high, margin, note=note))
    return checks


def overall(checks: Sequence[Check]) -> Status:
    """Return broken where a check is, else inconclusive where one is, else held."""
    statuses = {check.status for check in checks}
    worst: tuple[Status, ...] = ("broken", "inconclusive")
    return next((status for status in worst if status in statuses), "held")


def exit_status(checks: Sequence[Check]) -> int:
    """Return 2 where a check is broken, else 3 where one is inconclusive, else 0."""
    return EXIT_STATUS[overall(checks)]


def as_json(verdicts: pd.DataFrame, checks: Sequence[Check]) -> dict[str, Any]:
    """Return verdicts and checks in the form of docs/reference/verdicts.schema.json, for machines."""
    rows = verdicts.astype(object).where(verdicts.notna(), None).to_dict("records")
    return {
        "format": FORMAT,
        "status": overall(checks),
        "verdicts": rows,
        "checks": [{key: _finite(value) for key, value in asdict(check).items()} for check in checks],
    }


def as_junit(checks: Sequence[Check]) -> bytes:
    """Return checks as JUnit's XML, which build servers show; an inconclusive one is skipped."""
    suite = Node("testsuite", name="exoprobe", tests=str(len(checks)))
    suite.set("failures", str(sum(check.status == "broken" for check in checks)))
    suite.set("skipped", str(sum(check.status == "inconclusive" for check in checks)))
    for check in checks:
        case = Child(suite, "testcase", classname=check.representation, name=check.name)
        if check.status != "held":
            kind = "failure" if check.status == "broken" else "skipped"
            Child(case, kind, message=str(check))
    return tostring(suite, encoding="utf-8", xml_declaration=True)


def _check(verdicts: pd.DataFrame, beyond: pd.DataFrame, limit: Limit) -> Iterator[Check]:
    table, columns = verdicts, ("skill", "skill_low", "skill_high")
    if limit.given:
        table, columns = beyond[beyond["given"] == limit.given], ("beyond", "beyond_low", "beyond_high")
    rows = table[(table["factor"] == limit.factor) & ~table["control"]]
    name = f"{limit.factor} beyond {limit.given}" if limit.given else limit.factor
    if rows.empty:
        known = sorted(set(table["factor"]))
        raise ExoprobeError(f"limit of {name}: it was not audited; there are {', '.join(known) or 'no such factors'}")
    for _, row in rows.iterrows():
        value, low, high = (float(row[column]) for column in columns)
        ends = value, low, high
        yield Check(name, str(row["representation"]), _status(*ends, limit.at_most), *ends, limit.at_most)


@dataclass(frozen=True)
class _Change:
    """A change of skill with its 95 % interval, its two-sided p-value, and how it was compared."""

    value: float
    low: float
    high: float
    p: float
    note: str = ""


def _paired(keys: Sequence[tuple[str, str]], errors: Errors, earlier: Errors) -> dict[tuple[str, str], _Change]:
    """Compare factors with themselves in an earlier audit, where their test rows are the same."""
    same = [key for key in keys if key in errors and key in earlier and errors[key].rows == earlier[key].rows]
    changes = paired_changes([(errors[key], earlier[key]) for key in same])
    return {key: _Change(*change) for key, change in zip(same, changes, strict=True)}


def _unpaired(row: Mapping[Any, Any], before: Mapping[Any, Any], has_errors: bool) -> _Change:
    """Compare a factor with itself in an earlier audit as if both were independent."""
    (value, low, high), (value_before, low_before, high_before) = _ends(row), _ends(before)
    change, spread = value - value_before, math.hypot(high - low, high_before - low_before) / 2
    deviation = spread / -ndtri((1 - LEVEL) / 2)
    p = float(2 * ndtr(-abs(change) / deviation)) if spread else float(change == 0)
    note = "unpaired: other test rows" if has_errors else "unpaired: the earlier audit has no group_errors.parquet"
    return _Change(change, change - spread, change + spread, p, note)


def _changed(row: Mapping[Any, Any], before: str, change: _Change, p_holm: float, margin: float) -> Check:
    """Check a change of a factor whose verdict was another, or the same, before."""
    ends = change.value, change.low, change.high
    status = _status(*ends, margin)
    if status == "broken" and not p_holm <= SIGNIFICANT:
        status = "inconclusive"
    held: Change = "better" if change.high < 0 else "same"
    words: dict[Status, Change] = {"broken": "worse", "held": held, "inconclusive": ""}
    is_new = status == "broken" and row["verdict"] == LEAKS != before
    name = f"{row['factor']}: {'new leak' if is_new else 'change'}"
    return Check(name, str(row["representation"]), status, *ends, margin, words[status], change.note)


def _key(row: Mapping[Any, Any]) -> tuple[str, str]:
    return str(row["factor"]), str(row["representation"])


def _ends(row: Mapping[Any, Any]) -> tuple[float, float, float]:
    return float(row["skill"]), float(row["skill_low"]), float(row["skill_high"])


def _status(value: float, low: float, high: float, at_most: float) -> Status:
    if low > at_most:
        return "broken"
    return "held" if high <= at_most and value <= at_most else "inconclusive"


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value

"""A gate for releases: how much of a factor a representation may encode, and whether it encodes more than before.

A limit holds where the interval's upper end is at most the limit, is broken where its lower end is above, and is
inconclusive in between. So a limit is never broken by noise alone more often than the interval is wrong on one side.
"""

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal
from xml.etree.ElementTree import Element as Node
from xml.etree.ElementTree import SubElement as Child
from xml.etree.ElementTree import tostring

import pandas as pd

from exoprobe.errors import ExoprobeError

Status = Literal["held", "broken", "inconclusive"]
EXIT_STATUS: Mapping[Status, int] = {"held": 0, "broken": 2, "inconclusive": 3}
COMPARED = ("factor", "representation", "skill", "skill_low", "skill_high")  # of an earlier audit
FORMAT = "exoprobe verdicts, version 1"  # docs/reference/verdicts.schema.json
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
    """

    name: str
    representation: str
    status: Status
    value: float
    low: float
    high: float
    at_most: float

    def __str__(self) -> str:
        """Return the check in a line."""
        numbers = f"{self.value:.2f} ({self.low:.2f} to {self.high:.2f}), at most {self.at_most:g}"
        return f"{self.status:<13} {self.name} ({self.representation}): {numbers}"


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


def check_baseline(verdicts: pd.DataFrame, earlier: pd.DataFrame, margin: float) -> list[Check]:
    """Check that no factor is encoded more than in an earlier audit, by more than the margin.

    Both audits are taken as independent, which is on the safe side where they share their samples.

    Args:
        verdicts: the table of an audit.
        earlier: the same of the earlier one; factors and representations of both are compared.
        margin: the rise of the skill that would matter.

    Raises:
        ExoprobeError: where they have none in common.
    """
    keys = ["factor", "representation"]
    both = verdicts[~verdicts["control"]].merge(earlier, on=keys, suffixes=("", "_earlier"))
    if both.empty:
        raise ExoprobeError("the earlier audit has no factor of the same representation; both must have their names")
    checks = []
    for row in both.to_dict("records"):
        new, old = (
            [float(row[f"{column}{end}"]) for column in ("skill", "skill_low", "skill_high")]
            for end in ("", "_earlier")
        )
        change = new[0] - old[0]
        spread = math.hypot(new[2] - new[1], old[2] - old[1]) / 2
        ends = change, change - spread, change + spread
        name, representation = f"{row['factor']}: change", str(row["representation"])
        checks.append(Check(name, representation, _status(*ends, margin), *ends, margin))
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


def _status(value: float, low: float, high: float, at_most: float) -> Status:
    if low > at_most:
        return "broken"
    return "held" if high <= at_most and value <= at_most else "inconclusive"


def _finite(value: object) -> object:
    return None if isinstance(value, float) and not math.isfinite(value) else value

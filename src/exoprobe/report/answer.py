"""The answer of an audit in words and counts."""

from dataclasses import dataclass

import pandas as pd

from exoprobe.report.representations import Representation
from exoprobe.report.wording import counted, listed

VERDICTS = ("leaks", "no evidence", "inconclusive")
MOST_NAMED = 3


@dataclass(frozen=True)
class Tally:
    """How many factors have which verdict for one representation."""

    representation: Representation
    counts: dict[str, int]

    @property
    def factors(self) -> int:
        """Number of factors with a verdict."""
        return sum(self.counts.values())


def tally(verdicts: pd.DataFrame, representations: list[Representation]) -> list[Tally]:
    """Count the verdicts of each representation.

    Args:
        verdicts: the table, with representations' titles.
        representations: in their order.
    """
    return [
        Tally(representation, {verdict: int((named == verdict).sum()) for verdict in VERDICTS})
        for representation in representations
        for named in [verdicts["verdict"][verdicts["representation"] == representation.title]]
    ]


def answer(verdicts: pd.DataFrame, tallies: list[Tally]) -> str:
    """Say in a sentence per representation how many factors leak; controls are no answer."""
    asked = [entry for entry in tallies if not entry.representation.control] or tallies
    if len(asked) > 1 and all(entry.counts["leaks"] == entry.factors == 1 for entry in asked):
        return f"{verdicts['factor'].iloc[0]} leaks from {listed([entry.representation.title for entry in asked])}."
    return " ".join(_sentence(verdicts, entry) for entry in asked)


def _sentence(verdicts: pd.DataFrame, entry: Tally) -> str:
    if not entry.factors:
        return f"Nothing was audited in {entry.representation.title}."
    leaks = verdicts[(verdicts["representation"] == entry.representation.title) & (verdicts["verdict"] == "leaks")]
    leaking, total = len(leaks), counted(entry.factors, "factor")
    if not leaking:
        return f"No leak was found in {entry.representation.title} ({total})."
    named = list(leaks["factor"][:MOST_NAMED])
    which = ", most of all" if leaking > MOST_NAMED else ":"
    verb = "leaks" if leaking == 1 else "leak"
    return f"{leaking} of {total} {verb} from {entry.representation.title}{which} {listed(named)}."

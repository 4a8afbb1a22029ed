"""Which representation encodes a factor least, and whether that is sure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import pandas as pd

from exoprobe.report.findings import Finding
from exoprobe.report.representations import Representation
from exoprobe.report.tables import rows_of
from exoprobe.report.wording import difference, listed

PROBE = "linear"  # whose differences are compared
Pairs = Mapping[tuple[str, str, str], tuple[float, float, float]]
NOT_SHOWN = "not shown"


@dataclass(frozen=True)
class Lowest:
    """The representation from which a factor is least decodable.

    Attributes:
        factor: which.
        title: of the representation; None where the data do not show which is lower.
        gap: how much lower than the next one, with the ends of its 95 % interval.
        other: title of that one.
    """

    factor: str
    title: str | None
    gap: tuple[float, float, float] | None = None
    other: str = ""

    @property
    def words(self) -> str:
        """In a table's cell."""
        if self.title is None or self.gap is None:
            return NOT_SHOWN
        return f"{self.title} {difference(*self.gap)}"


def list_pairs(differences: pd.DataFrame) -> dict[tuple[str, str, str], tuple[float, float, float]]:
    """Return the linear probe's differences in both directions, by factor, representation and the one subtracted."""
    pairs = {}
    for row in rows_of(differences[differences["probe"] == PROBE]):
        pairs[row.factor, row.representation, row.other] = (row.difference, row.low, row.high)
        pairs[row.factor, row.other, row.representation] = (-row.difference, -row.high, -row.low)
    return pairs


def lowest_by_factor(
    findings: Sequence[Finding], pairs: Pairs, representations: Sequence[Representation]
) -> dict[str, Lowest]:
    """Return for each factor the representation that is surely lower than every other; controls do not count.

    Factors without paired differences are left out.
    """
    titles = [representation.title for representation in representations if not representation.control]
    lowest = {}
    for factor in dict.fromkeys(finding.factor for finding in findings):
        if any((factor, *pair) in pairs for pair in pairwise(titles)):
            lowest[factor] = _lowest(factor, titles, pairs)
    return lowest


def better_representation(lowest: Mapping[str, Lowest], leaking: Sequence[str]) -> tuple[str, list[str]] | None:
    """Return the representation that is surely lowest for some leaking factors while no other is for any."""
    winners: dict[str, list[str]] = {}
    for factor in leaking:
        if factor in lowest and (title := lowest[factor].title) is not None:
            winners.setdefault(title, []).append(factor)
    return next(iter(winners.items())) if len(winners) == 1 else None


def gaps_words(factors: Sequence[str], lowest: Mapping[str, Lowest], most: int = 2) -> str:
    """Say by how much the lowest representation is below the next one, for the first factors."""
    gaps = [(factor, lowest[factor].gap, lowest[factor].other) for factor in factors[:most]]
    others = {other for _, _, other in gaps}
    shared = f" against {others.pop()}" if len(others) == 1 else ""
    return (
        listed(
            [
                f"{factor} {difference(*gap)}{'' if shared else f' against {other}'}"
                for factor, gap, other in gaps
                if gap is not None
            ]
        )
        + shared
    )


def _lowest(factor: str, titles: Sequence[str], pairs: Pairs) -> Lowest:
    for title in titles:
        gaps = {other: pairs[factor, title, other] for other in titles if (factor, title, other) in pairs}
        if len(gaps) == len(titles) - 1 and all(high < 0 for _, _, high in gaps.values()):
            other = max(gaps, key=lambda name: gaps[name][0])
            return Lowest(factor, title, gaps[other], other)
    return Lowest(factor, None)

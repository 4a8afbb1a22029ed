"""Which representation encodes a factor least, and whether that is sure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from exoprobe.report.tables import rows_of
from exoprobe.report.wording import difference, first_few, listed, quoted

PROBE = "linear"  # whose differences are compared
Pairs = Mapping[tuple[str, str, str], tuple[float, float, float]]
NOT_SHOWN = "not shown"


@dataclass(frozen=True)
class Lowest:
    """The representations from which a factor is least decodable.

    Attributes:
        factor: which.
        titles: of the representations that no other is surely below.
        of: how many representations there are.
        gap: how much lower a single one is than the next one, with the ends of its 95 % interval.
        other: title of that one.
    """

    factor: str
    titles: tuple[str, ...]
    of: int
    gap: tuple[float, float, float] | None = None
    other: str = ""

    @property
    def title(self) -> str | None:
        """Of the lowest one; None where the data do not show which is lower."""
        return self.titles[0] if self.gap is not None else None

    @property
    def words(self) -> str:
        """In a table's cell."""
        if self.gap is not None:
            return f"{self.titles[0]} {difference(*self.gap)}"
        return first_few(list(self.titles)) if len(self.titles) < self.of else NOT_SHOWN


def list_pairs(differences: pd.DataFrame) -> dict[tuple[str, str, str], tuple[float, float, float]]:
    """Return the linear probe's differences in both directions, by factor, representation and the one subtracted."""
    pairs = {}
    for row in rows_of(differences[differences["probe"] == PROBE]):
        pairs[row.factor, row.representation, row.other] = (row.difference, row.low, row.high)
        pairs[row.factor, row.other, row.representation] = (-row.difference, -row.high, -row.low)
    return pairs


def lowest_by_factor(verdicts: pd.DataFrame, pairs: Pairs) -> dict[str, Lowest]:
    """Return for each factor the representations of the first tier.

    Factors without tiers, which are those of a single representation, are left out; controls have none.
    """
    lowest = {}
    tiered = verdicts.dropna(subset="tier")
    for factor in tiered["factor"].unique():
        rows = tiered[tiered["factor"] == factor]
        first = tuple(rows.loc[rows["tier"] == 1, "representation"])
        lowest[factor] = Lowest(factor, first, len(rows), *_next_gap(factor, first, rows["representation"], pairs))
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
    shared = f" against {quoted(others.pop())}" if len(others) == 1 else ""
    return (
        listed(
            [
                f"{factor} {difference(*gap)}{'' if shared else f' against {quoted(other)}'}"
                for factor, gap, other in gaps
                if gap is not None
            ]
        )
        + shared
    )


def _next_gap(
    factor: str, first: tuple[str, ...], titles: Iterable[str], pairs: Pairs
) -> tuple[tuple[float, float, float] | None, str]:
    """Return how much lower a single representation of the first tier is than the next one, and that one."""
    if len(first) > 1:
        return None, ""
    gaps = {other: pairs[factor, first[0], other] for other in titles if other not in first}
    other = max(gaps, key=lambda name: gaps[name][0])
    return gaps[other], other

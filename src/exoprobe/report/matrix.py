"""The matrix of factors and representations: what stands in its rows, columns and cells."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from exoprobe.report.comparison import Lowest
from exoprobe.report.findings import Finding, factor_order
from exoprobe.report.representations import Representation
from exoprobe.report.wanted import Wanted
from exoprobe.report.wording import estimate, middle, number

ROOMY = 4  # representations up to which each cell has its interval and its words
NUMBERED = 12  # representations up to which each cell has its number
SHADES = (0.05, 0.2, 0.4, 0.6, 0.8)  # low ends from which a cell is one shade darker
NAME, TITLE = 30, 24  # most characters of the names of factors and representations


@dataclass(frozen=True)
class Cell:
    """A factor in a representation.

    Attributes:
        finding: None where there is none.
        hint: everything in a line.
        shade: 0 to 5, by the low end of the interval.
    """

    finding: Finding | None
    hint: str = ""
    shade: int = 0


@dataclass(frozen=True)
class Row:
    """A factor in every representation, in the columns' order."""

    name: str
    anchor: str
    cells: list[Cell]
    lowest: Lowest | None

    @property
    def short(self) -> str:
        """The name, shortened in its middle."""
        return middle(self.name, NAME)


@dataclass(frozen=True)
class Matrix:
    """The matrix.

    Attributes:
        columns: representations, controls last.
        wanted: on top.
        rows: factors, by what matters.
        density: roomy, numbered or dense: how much each cell shows.
    """

    columns: list[Representation]
    wanted: list[Wanted]
    rows: list[Row]
    density: str
    compared: bool = field(init=False)

    def __post_init__(self) -> None:
        """Note whether a column says which representation is lowest."""
        object.__setattr__(self, "compared", any(row.lowest for row in self.rows))


def make_matrix(
    findings: Sequence[Finding],
    representations: Sequence[Representation],
    wanted: Sequence[Wanted],
    lowest: Mapping[str, Lowest],
    anchors: Mapping[str, str],
) -> Matrix:
    """Arrange the findings."""
    columns = sorted(representations, key=lambda representation: representation.control)
    by_key = {(finding.factor, finding.representation): finding for finding in findings}
    rows = [
        Row(
            factor,
            anchors[factor],
            [_cell(by_key.get((factor, column.title))) for column in columns],
            lowest.get(factor),
        )
        for factor in factor_order(findings)
    ]
    count = len(columns)
    density = "roomy" if count <= ROOMY else "numbered" if count <= NUMBERED else "dense"
    return Matrix(columns, list(wanted), rows, density)


def _cell(finding: Finding | None) -> Cell:
    if finding is None:
        return Cell(None)
    hint = f"{finding.representation}: {finding.words}, skill {estimate(finding.skill, finding.low, finding.high)}"
    if beyond := finding.adds:
        hint += f", beyond {beyond.given} {estimate(beyond.skill, beyond.low, beyond.high)}"
    if math.isfinite(finding.detectable):
        hint += f"; detectable from {number(finding.detectable)}"
    return Cell(finding, hint, sum(finding.low >= least for least in SHADES))

"""How much more would be found of each factor with more groups, in words and as a figure."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from exoprobe.report.figure import Figure, hints, quantity, style_channels
from exoprobe.report.tables import rows_of
from exoprobe.report.wording import count, estimate, number, quoted

ESTIMATED, EXTRAPOLATED = "measured", "extrapolated"
Estimate = tuple[float, float, float]  # skill, and the ends of its 95 % interval; NaN where it is not known


@dataclass(frozen=True)
class Growth:
    """What more groups would give for a factor in a representation.

    Attributes:
        factor: its name.
        representation: its title.
        groups: that the probe is fitted on now.
        now: what it reaches.
        twice: what it would reach with twice as many groups.
        tenfold: likewise with ten times as many.
        saved_bits: by which the features shorten the description of a row's value.
        compression: how many times shorter it is, NaN of numbers and angles.
    """

    factor: str
    representation: str
    groups: float
    now: Estimate
    twice: Estimate
    tenfold: Estimate
    saved_bits: float
    compression: float

    @property
    def known(self) -> bool:
        """Whether the curve says where it leads."""
        return math.isfinite(self.twice[0])

    @property
    def words(self) -> str:
        """Where the curve leads, in a sentence."""
        if not self.known:
            return (
                f"The curve of {quoted(self.representation)} cannot be extrapolated: {count(self.groups)} training "
                "groups are too few, or the skill is not surely above 0."
            )
        return (
            f"The ridge probe of {quoted(self.representation)} has a skill of {number(self.now[0])} now. With twice "
            f"the groups it would reach {estimate(*self.twice)}, with ten times as many {estimate(*self.tenfold)}."
        )


def list_growth(learning: pd.DataFrame, description_length: pd.DataFrame) -> dict[tuple[str, str], Growth]:
    """Return what more groups would give, by factor and representation.

    Args:
        learning: the table of this name.
        description_length: likewise.
    """
    codes = {(row.factor, row.representation): row for row in rows_of(description_length)}
    curves: dict[tuple[str, str], list[Any]] = {}
    for row in rows_of(learning):
        curves.setdefault((row.factor, row.representation), []).append(row)
    growth = {}
    for (factor, title), curve in curves.items():
        last = [row for row in curve if row.kind == ESTIMATED][-1]
        now, twice, tenfold = (_estimate(row) for row in [last, *(row for row in curve if row.kind == EXTRAPOLATED)])
        code = codes.get((factor, title))
        saved = (math.nan, math.nan) if code is None else (code.saved_bits, code.compression)
        growth[factor, title] = Growth(factor, title, last.groups, now, twice, tenfold, *saved)
    return growth


def draw_learning(learning: pd.DataFrame, titles: Sequence[str]) -> Figure:
    """Draw skill against the number of training groups, and where it leads.

    Args:
        learning: rows of the table learning of one factor, with representations' titles.
        titles: of the representations, in their order.
    """
    known = learning.dropna(subset="skill")
    columns = ["representation", "kind", "groups", "skill", "low", "high"]
    tooltip = hints(
        representation="representation", kind="kind", groups="groups|,d", skill="skill|.2f", low="from|.2f",
        high="to|.2f",
    )  # fmt: skip
    y = quantity("skill", "skill", zero=True)
    encoding = {
        "x": quantity("groups", "training groups", type="log", nice=False, padding=8),
        "color": style_channels(titles)["color"],
        "tooltip": tooltip,
    }
    up_to_all = {"transform": [{"filter": f"datum.kind == '{ESTIMATED}'"}]}
    ends = {"y": {**y, "field": "low"}, "y2": {"field": "high"}}
    several = len(titles) > 1
    has_ends = not several or (known["kind"] == EXTRAPOLATED).any()
    filtered = {"transform": [{"filter": f"datum.kind == '{EXTRAPOLATED}'"}]} if several else {}
    bars = {**filtered, "mark": {"type": "rule", "style": "whisker"}, "encoding": ends}
    spec = {
        "width": "container",
        "height": 200,
        "encoding": encoding,
        "layer": [
            {"mark": {"type": "line", "style": "curve", "strokeDash": [3, 3]}, "encoding": {"y": y}},
            {**up_to_all, "mark": {"type": "line", "style": "curve"}, "encoding": {"y": y}},
            *([bars] if has_ends else []),
            {"mark": {"type": "point", "style": "dot"}, "encoding": {"y": y, "shape": style_channels(titles)["shape"]}},
        ],
    }
    caption = (
        "Skill of ridge regression against the number of training groups. Dashed: extrapolated to twice and ten times "
        f"as many groups. Bars: 95 % intervals{' of the extrapolated skills' if several else ''}."
    )
    return Figure("learning", caption, spec, known[columns])


def strongest_growth(growth: Iterable[Growth]) -> list[Growth]:
    """Return what more groups would give, the highest skill first."""
    return sorted(growth, key=lambda entry: -entry.now[0] if math.isfinite(entry.now[0]) else math.inf)


def _estimate(row: Any) -> Estimate:  # noqa: ANN401 a named tuple, a row of the table
    return row.skill, row.low, row.high

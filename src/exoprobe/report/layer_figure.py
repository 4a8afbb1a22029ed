"""The figure of skill along the layers of one network."""

import re
from collections.abc import Sequence

import pandas as pd

from exoprobe.report.figure import Figure, baseline, hints, names, quantity

TITLE = re.compile(r"(.+):(\d+)")
LEAST = 3  # layers; two are compared in a table
MOST = 10  # lines, of the factors with the highest skill


def draw_layers(verdicts: pd.DataFrame, titles: Sequence[str]) -> list[Figure]:
    """Draw a figure for every network of which three layers or more are audited: representations titled ``net:0`` …

    Args:
        verdicts: the table verdicts, with representations' titles.
        titles: of the representations.
    """
    networks: dict[str, dict[str, int]] = {}
    for title in titles:
        if match := TITLE.fullmatch(title):
            networks.setdefault(match[1], {})[title] = int(match[2])
    return [_draw(network, layers, verdicts) for network, layers in networks.items() if len(layers) >= LEAST]


def _draw(network: str, layers: dict[str, int], verdicts: pd.DataFrame) -> Figure:
    rows = verdicts[verdicts["representation"].isin(list(layers))]
    rows = rows.assign(network=network, layer=rows["representation"].map(layers)).dropna(subset="skill")
    highest = rows.groupby("factor", sort=False)["skill"].max().sort_values(ascending=False, kind="stable")
    shown = list(highest.index[:MOST])
    data = rows[rows["factor"].isin(shown)].sort_values(["factor", "layer"], kind="stable")
    columns = ["network", "layer", "factor", "skill", "skill_low", "skill_high", "verdict"]
    left = len(highest) - len(shown)
    more = f" The {MOST} factors of the highest skill; {left} more are in the tables." if left > 0 else ""
    caption = (
        f"{network}: the best probe's skill of each factor, layer by layer, with 95 % intervals. 0 is a constant "
        f"answer, 1 is perfect.{more}"
    )
    return Figure("layers", caption, _spec(shown), data[columns])


def _spec(factors: Sequence[str]) -> dict:
    axis = {"tickMinStep": 1, "format": "d", "grid": False}
    x = {"field": "layer", "type": "quantitative", "title": "layer", "scale": {"zero": False}, "axis": axis}
    value = quantity("skill", "skill") | {"axis": {"grid": True}}
    color = names("factor", factors, legend={"title": None, "orient": "top", "columns": 5, "symbolOpacity": 1})
    tooltip = hints(factor="factor", layer="layer|d", skill="skill|.2f", skill_low="from|.2f", skill_high="to|.2f")
    shared = {"x": x, "color": color, "tooltip": tooltip}
    line = baseline(0.0)
    line["encoding"] = {"y": line["encoding"].pop("x")}
    return {
        "width": "container",
        "height": 260,
        "layer": [
            line,
            {
                "mark": {"type": "area", "opacity": 0.12},
                "encoding": {
                    "x": x,
                    "color": color,
                    "y": {**value, "field": "skill_low"},
                    "y2": {"field": "skill_high"},
                },
            },
            {"mark": {"type": "line"}, "encoding": {**shared, "y": value}},
            {"mark": {"type": "point", "style": "dot"}, "encoding": {**shared, "y": value}},
        ],
    }

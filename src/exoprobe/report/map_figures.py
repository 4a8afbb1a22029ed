"""Maps of the representations in two dimensions, colored by the factor that the reader chooses."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from exoprobe.report.figure import Figure, quantity
from exoprobe.report.tables import Tables

CLASSES = ("binary", "categorical")
MOST_MAPS = 8
MOST_COLORS = 8  # of classes; the others are taken together
OTHERS, UNKNOWN = "all others", "unknown"
# Okabe and Ito (2008) without black, which a dark page hides, and gray for what is taken together or not known.
COLORS = ("#e69f00", "#56b4e9", "#009e73", "#d55e00", "#cc79a7", "#0072b2", "#f0e442", "#8f6bb3")
GRAY = "#999999"


@dataclass(frozen=True)
class Maps:
    """What the part with the maps shows.

    Attributes:
        factors: that colors can stand for, in the order of the first screen.
        figures: one per representation, whose spec has a color channel for each factor.
    """

    factors: Sequence[str]
    figures: Sequence[Figure]


def draw_maps(tables: Tables, titles: Sequence[str], factors: Sequence[str]) -> Maps | None:
    """Draw the map of each representation; None where there is none.

    Args:
        tables: with titles: ``map``, ``mapped``, ``scree`` and ``factors``.
        titles: of the representations to show, in their order.
        factors: to color by, in their order.
    """
    kinds = dict(zip(tables["factors"]["factor"], tables["factors"]["kind"], strict=True))
    values = tables["mapped"].pivot(index="sample", columns="factor", values="annotation")
    shown = [name for name in factors if name in values]
    annotations = {name: _annotation(values[name], kinds[name]) for name in shown}
    colors = [_color(annotations[name], kinds[name], name) for name in shown]
    figures = [
        _draw(rows, str(title), annotations, colors, _axes(str(method), tables["scree"], str(title)))
        for (method, title), rows in tables["map"].groupby(["method", "representation"], sort=False)
        if title in titles[:MOST_MAPS]
    ]
    return Maps(shown, figures) if figures and shown else None


def _annotation(values: pd.Series, kind: str) -> pd.Series:
    """Return values as they are drawn: of many classes the most frequent ones, and the others together."""
    if kind not in CLASSES:
        return values
    frequent = values[values != ""].value_counts().index
    kept = set(frequent if len(frequent) <= MOST_COLORS else frequent[: MOST_COLORS - 1])
    return values.map(lambda value: value if value in kept else OTHERS if value else UNKNOWN)


def _color(values: pd.Series, kind: str, name: str) -> dict:
    legend = {"orient": "bottom", "title": name}
    if kind not in CLASSES:
        scheme = {"scheme": "sinebow"} if kind == "angle" else {"scheme": "viridis"}
        return {**quantity("annotation", name, **scheme), "legend": legend}
    classes = [value for value in sorted(values.unique()) if value not in (OTHERS, UNKNOWN)]
    domain = [*classes, *(value for value in (OTHERS, UNKNOWN) if (values == value).any())]
    scale = {"domain": domain, "range": [*COLORS[: len(classes)], *[GRAY] * (len(domain) - len(classes))]}
    return {"field": "annotation", "type": "nominal", "scale": scale, "legend": legend}


def _axes(method: str, scree: pd.DataFrame, title: str) -> list[str]:
    """Return the names of the axes: of principal components, with their share of the variance."""
    if method != "PCA":
        return [f"{method} {number}" for number in (1, 2)]
    shares = scree[scree["representation"] == title].set_index("component")["variance_share"]
    return [f"component {number} ({shares.get(number, float('nan')):.0%})" for number in (1, 2)]


def _draw(
    rows: pd.DataFrame, title: str, annotations: Mapping[str, pd.Series], colors: list[dict], axes: Sequence[str]
) -> Figure:
    spec = {
        "width": "container",
        "height": 300,
        "usermeta": {"colors": colors},
        "mark": {"type": "point", "style": "place"},
        "encoding": {
            "x": {**quantity("x", axes[0]), "axis": {"labels": False, "grid": False}},
            "y": {**quantity("y", axes[1]), "axis": {"labels": False, "grid": False}},
            "tooltip": [{"field": "annotation", "type": "nominal", "title": "value"}],
        },
    }
    method = rows["method"].iloc[0]
    axis_words = "the first two principal components, with their share of the variance" if method == "PCA" else method
    caption = f"{title}: {len(rows)} test rows by {axis_words}."
    wide = [annotations[name].reindex(rows["sample"]).reset_index(drop=True) for name in annotations]
    data = pd.concat([rows[["sample", "x", "y"]].reset_index(drop=True), *wide], axis=1)
    return Figure(f"map {title}" if method == "PCA" else f"map {title} {method}", caption, spec, data)

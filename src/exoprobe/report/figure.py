"""A figure of the page: a Vega-Lite specification and the tidy data that it draws."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd


@dataclass(frozen=True)
class Figure:
    """A figure.

    Attributes:
        name: of the files that a reader saves.
        caption: what is drawn, in a sentence or two.
        spec: Vega-Lite, without the data.
        data: a row per mark.
    """

    name: str
    caption: str
    spec: dict
    data: pd.DataFrame

    @property
    def payload(self) -> dict:
        """What the page's script needs to draw it."""
        numbers = dict.fromkeys(self.data.select_dtypes("number"), "number")
        source = {"format": {"type": "csv", "parse": numbers}}
        spec = {"description": self.caption, "data": source, **self.spec}
        if spec["width"] == "container":
            spec["autosize"] = {"type": "fit-x", "contains": "padding"}
        return {"name": self.name, "spec": spec, "csv": self.data.to_csv(index=False, float_format="%.4g")}


def quantity(field: str, title: str, **scale: object) -> dict:
    """Return a channel for numbers; the options go to its scale."""
    return {
        "field": field,
        "type": "quantitative",
        "title": title,
        "scale": scale if "type" in scale else {"zero": False, **scale},
    }


def names(field: str, order: Sequence[str] | None = None, **options: object) -> dict:
    """Return a channel for names in their order in the data, or in the order given."""
    return {"field": field, "type": "nominal", "title": None, "sort": order and list(order), **options}


def style_channels(titles: Sequence[str]) -> dict:
    """Return the channels that give each representation its color and symbol; a legend where there are several."""
    scale = {"domain": list(titles)}
    legend = {"title": None, "orient": "top"} if len(titles) > 1 else None
    return {
        "color": names("representation", scale=scale, legend=legend),
        "shape": names("representation", scale=scale, legend=legend),
    }


def hints(**titles: str) -> list[dict]:
    """Return a tooltip of these columns, in words; ``title|format`` formats a number."""
    columns = {field: title.partition("|") for field, title in titles.items()}
    return [
        {
            "field": field,
            "title": title,
            **({"format": form, "type": "quantitative"} if form else {"type": "nominal"}),
        }
        for field, (title, _, form) in columns.items()
    ]


def baseline(value: float = 0.0) -> dict:
    """Return a layer with a line across the figure, at the baseline."""
    once: dict[str, Any] = {"data": {"values": [{}]}}
    return {**once, "mark": {"type": "rule", "style": "baseline"}, "encoding": {"x": {"datum": value}}}


def height(rows: pd.Series, titles: Sequence[str] = ()) -> int:
    """Return the pixels that a row for each name needs, with the representations side by side in it."""
    return rows.nunique() * (12 * len(titles) + 8 if len(titles) > 1 else 20)


def dots_with_whiskers(
    rows: pd.Series, value: dict, low: str, high: str, titles: Sequence[str], tooltip: list[dict], at: float = 0.0
) -> dict:
    """Return a figure of dots with intervals, a row per name, representations side by side within it.

    Args:
        rows: the column of the rows' names.
        value: channel of the dots.
        low: column of the intervals' lower ends.
        high: column of their upper ends.
        titles: of the representations, in their order; empty where the figure compares none.
        tooltip: of a dot and its interval.
        at: where a line marks the baseline.
    """
    several = len(titles) > 1
    beside = {"yOffset": names("representation", titles)} if several else {}
    apart = {"scale": {"paddingInner": 0.35}} if several else {"axis": {"grid": True}}
    value = value | {"axis": {"grid": True}}
    encoding = {
        "y": names(str(rows.name), **apart),
        **beside,
        **({"color": style_channels(titles)["color"]} if titles else {}),
        "tooltip": tooltip,
    }
    shape = {"shape": style_channels(titles)["shape"]} if titles else {}
    ends = {"x": {**value, "field": low}, "x2": {"field": high}}
    return {
        "width": "container",
        "height": height(rows, titles),
        "layer": [
            baseline(at),
            {"mark": {"type": "rule", "style": "whisker"}, "encoding": {**encoding, **ends}},
            {"mark": {"type": "point", "style": "dot"}, "encoding": {**encoding, **shape, "x": value}},
        ],
    }

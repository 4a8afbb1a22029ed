"""Figures of what a probe predicts where the factor has which value."""

from collections.abc import Sequence
from typing import Any

import pandas as pd

from exoprobe.report.figure import Figure, hints, names, quantity, style_channels

LARGE, SMALL, LEAST = 46, 24, 14  # pixels of a row of classes: of few, which have room for numbers, of more and of many
FEW, MANY = 6, 12  # classes


def draw_predictions(predicted: pd.DataFrame, kind: str, title: str) -> Figure:
    """Draw predictions against the true values: a confusion matrix of classes, medians with their spread of numbers.

    Args:
        predicted: rows of the table predicted of one factor and representation.
        kind: the factor's.
        title: of the representation.
    """
    probe = predicted["probe"].iloc[0]
    if kind in ("binary", "categorical"):
        return _draw_confusions(predicted, f"{title}, {probe}")
    return _draw_spread(predicted, f"{title}, {probe}")


def _draw_confusions(predicted: pd.DataFrame, what: str) -> Figure:
    shares = predicted.assign(
        share=predicted["rows"] / predicted.groupby("true")["rows"].transform("sum"),
        right=predicted["rows"] / predicted.groupby("predicted")["rows"].transform("sum"),
    )
    order = list(dict.fromkeys([*shares["true"], *shares["predicted"]]))
    step = LARGE if len(order) <= FEW else SMALL if len(order) <= MANY else LEAST
    legend = {"orient": "bottom", "gradientLength": 160, "gradientThickness": 8}
    color = quantity("share", "share of the true class", domain=[0, 1], scheme="cividis")
    spec = {
        "width": {"step": step},
        "height": {"step": step},
        "encoding": {
            "x": names("predicted", order, axis={"orient": "top", "labelAngle": -45, "title": "predicted"}),
            "y": names("true", order, axis={"title": "true"}),
            "tooltip": hints(
                true="true",
                predicted="predicted",
                share="share of the true class|.0%",
                right="of the predicted class|.0%",
                rows="rows|,d",
            ),
        },
        "layer": [
            {"mark": {"type": "rect", "style": "cell"}, "encoding": {"color": color | {"legend": legend}}},
            *([_numbers_in_cells()] if step == LARGE else []),
        ],
    }
    caption = f"{what}: predicted class by true class, as shares of the true class, on test rows."
    return Figure(f"confusion {what}", caption, spec, shares[["true", "predicted", "share", "right", "rows"]])


def _numbers_in_cells() -> dict[str, Any]:
    """Return a layer that writes each share into its cell, light on dark and dark on light."""
    ink = {"condition": {"test": "datum.share > 0.5", "value": "#15171a"}, "value": "#ffffff"}
    return {"mark": {"type": "text"}, "encoding": {"text": {"field": "share", "format": ".0%"}, "color": ink}}


def _draw_spread(predicted: pd.DataFrame, what: str) -> Figure:
    numbers = predicted.assign(true=predicted["true"].astype(float), predicted=predicted["predicted"].astype(float))
    tooltip = hints(true="true|.3s", predicted="prediction|.3s", low="from|.3s", high="to|.3s", rows="rows|,d")
    x, y = quantity("true", "true value"), quantity("predicted", "predicted value")
    ends = {"y": {**y, "field": "low"}, "y2": {"field": "high"}}
    by_true, by_predicted = ({"transform": [{"filter": f"datum.binned === '{by}'"}]} for by in ("true", "predicted"))
    spec = {
        "width": "container",
        "height": 220,
        "encoding": {"x": x, "tooltip": tooltip},
        "layer": [
            {"mark": {"type": "line", "style": "baseline"}, "encoding": {"y": {**y, "field": "true"}}},
            {**by_true, "mark": {"type": "rule", "style": "whisker"}, "encoding": ends},
            {**by_predicted, "mark": {"type": "point", "style": "before"}, "encoding": {"y": y}},
            {**by_true, "mark": {"type": "point", "style": "dot"}, "encoding": {"y": y}},
        ],
    }
    caption = (
        f"{what}, on test. Dots: median of the predictions at a true value, with the range of 80 % of them; a flat row "
        "of dots predicts nothing. Circles: median true value at a prediction; on the dashed line, predictions are "
        "calibrated."
    )
    return Figure(f"predictions {what}", caption, spec, numbers[["binned", "true", "predicted", "low", "high", "rows"]])


def draw_roc(roc: pd.DataFrame, titles: Sequence[str]) -> Figure:
    """Draw the receiver operating characteristic of a binary factor, a curve per representation.

    Args:
        roc: rows of the table roc of one factor.
        titles: of the representations, in their order.
    """
    axes = {"x": ("false_positive", "false positives"), "y": ("true_positive", "true positives")}
    rates = {
        channel: {**quantity(field, title, domain=[0, 1]), "axis": {"format": ".0%"}}
        for channel, (field, title) in axes.items()
    }
    diagonal = {"values": [{"false_positive": end, "true_positive": end} for end in (0, 1)]}
    tooltip = hints(
        representation="representation", probe="probe", false_positive="false positives|.1%",
        true_positive="true positives|.1%",
    )  # fmt: skip
    color = {"color": style_channels(titles)["color"]}
    spec = {
        "width": "container",
        "height": 260,
        "encoding": rates,
        "layer": [
            {"data": diagonal, "mark": {"type": "line", "style": "baseline"}},
            {"mark": {"type": "line", "style": "curve"}, "encoding": color},
            {"mark": {"type": "point", "style": "small"}, "encoding": {**color, "tooltip": tooltip}},
        ],
    }
    caption = "Receiver operating characteristic of each representation's best probe, on test. Dashed: guessing."
    return Figure("roc", caption, spec, roc[["representation", "probe", "false_positive", "true_positive"]])

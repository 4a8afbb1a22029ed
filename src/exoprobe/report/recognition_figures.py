"""Figures of recognition within the values of a factor, and of how two kinds of errors are traded."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import ndtri

from exoprobe.report.figure import Figure, dots_with_whiskers, hints, quantity, style_channels
from exoprobe.report.removal_figures import MEASURES

TICKS = (0.0001, 0.001, 0.01, 0.05, 0.2, 0.5, 0.8, 0.95)  # error rates on the axes


def draw_recognition_by(rows: pd.DataFrame, factor: str, titles: Sequence[str]) -> Figure:
    """Draw how well the label is recognized within each value of a factor.

    Args:
        rows: of the table recognition_by, of this factor.
        factor: its name.
        titles: of the representations, in their order.
    """
    words = MEASURES[rows["measure"].iloc[0]]
    tooltip = hints(
        representation="representation", subgroup=factor, value=f"{words}|.3f", low="from|.3f", high="to|.3f",
        difference="difference|+.3f", difference_low="from|+.3f", difference_high="to|+.3f", rows="rows|,d",
        groups="groups|,d",
    )  # fmt: skip
    spec = dots_with_whiskers(rows["subgroup"], quantity("value", words), "low", "high", titles, tooltip)
    spec["layer"] = spec["layer"][1:]  # 0 is no baseline here
    caption = (
        f"The {words} among test rows that share a value of {factor}, with 95 % intervals over groups. Difference: "
        "from the mean of the other values. An interval that excludes 0 shows one; intervals are not corrected for the "
        "number of values."
    )
    columns = ["representation", "subgroup", "value", "low", "high", "difference", "difference_low", "difference_high"]
    return Figure(f"recognition by {factor}", caption, spec, rows[[*columns, "rows", "groups"]])


def draw_det(errors: pd.DataFrame, titles: Sequence[str], names: tuple[str, str], what: str) -> Figure:
    """Draw the detection error trade-off on normal-deviate axes (Martin et al. 1997), a curve per representation.

    Args:
        errors: ``representation``, and two columns of error rates; rates of 0 and 1 have no place on the axes.
        titles: of the representations, in their order.
        names: of these columns, the one that goes right first.
        what: is traded, a sentence.
    """
    shown = errors[(errors[list(names)] > 0).all(axis=1) & (errors[list(names)] < 1).all(axis=1)]
    placed = {f"{name}_deviate": ndtri(shown[name].to_numpy(float)) for name in names}
    ticks = [float(deviate) for deviate in np.round(ndtri(TICKS), 4)]
    words = " : ".join(f"abs(datum.value - {at}) < 0.001 ? '{rate:.4g}'" for at, rate in zip(ticks, TICKS, strict=True))
    axis = {"axis": {"values": ticks, "labelExpr": f"{words} : ''"}}
    titled = [name.replace("_", " ").replace("non m", "non-m") for name in names]
    color = {"color": style_channels(titles)["color"]}
    tooltip = hints(representation="representation", **{f: f"{w}|.2%" for f, w in zip(names, titled, strict=True)})
    spec = {
        "width": "container",
        "height": 260,
        "encoding": {
            channel: quantity(f"{name}_deviate", f"{words} rate") | axis
            for channel, name, words in zip("xy", names, titled, strict=True)
        },
        "layer": [
            {"mark": {"type": "line", "style": "curve"}, "encoding": color},
            {"mark": {"type": "point", "style": "small"}, "encoding": {**color, "tooltip": tooltip}},
        ],
    }
    caption = f"{what} Lower is better. Both axes are normal deviates, on which many curves are straight."
    return Figure("det", caption, spec, shown.assign(**placed))

"""Figures of what removing a factor changes."""

from collections.abc import Sequence

import pandas as pd

from exoprobe.report.figure import Figure, baseline, dots_with_whiskers, height, hints, names, quantity, style_channels

# Words of the tables, as exoprobe.evaluation.erasure_effect writes them.
REST = "all but"  # and the label: the eraser of everything else
LEAST_SQUARES = "least squares"  # the probe of factors that were not erased
MEASURES = {
    "label_accuracy": "label accuracy",
    "verification_auc": "verification AUC",
    "equal_error_rate": "equal error rate",
}


def draw_removal(erasure: pd.DataFrame, titles: Sequence[str]) -> Figure:
    """Draw each probe's skill before and after the factor that it predicts was erased.

    Args:
        erasure: rows of the table erasure where this factor is erased and probed, with representations' titles.
        titles: of the representations, in their order.
    """
    tooltip = hints(
        representation="representation", probe="probe", skill_before="before|.2f", skill="after|.2f",
        skill_low="from|.2f", skill_high="to|.2f",
    )  # fmt: skip
    rows, value = erasure["probe"], quantity("skill", "skill")
    spec = dots_with_whiskers(rows, value, "skill_low", "skill_high", titles, tooltip)
    encoding = spec["layer"][1]["encoding"]
    before = {"x": quantity("skill_before", "skill"), "shape": style_channels(titles)["shape"]}
    spec["layer"].append({"mark": {"type": "point", "style": "before"}, "encoding": {**encoding, **before, "x2": None}})
    way = {"x": quantity("skill_before", "skill"), "x2": {"field": "skill"}}
    spec["layer"].insert(1, {"mark": {"type": "rule", "style": "way"}, "encoding": {**encoding, **way}})
    caption = "Skill before the factor was erased (hollow) and afterwards (filled, with its 95 % interval)."
    columns = ["representation", "probe", "skill_before", "skill", "skill_low", "skill_high"]
    return Figure("removal", caption, spec, erasure[columns])


def draw_erasure_matrix(erasure: pd.DataFrame) -> Figure:
    """Draw how erasing each factor changes a linear probe’s skill for every factor.

    Args:
        erasure: rows of the table erasure of one representation and its linear probes.
    """
    largest = float(erasure["change"].abs().max())
    limit = largest if largest > 0 else 1.0  # where nothing changes or is known, too
    erased, across = (list(dict.fromkeys(erasure[name])) for name in ("erased", "probed"))
    tooltip = hints(
        erased="erased", probed="probed", skill_before="skill before|.2f", skill="after|.2f", change="change|+.2f",
        change_low="from|+.2f", change_high="to|+.2f",
    )  # fmt: skip
    ticks = {"format": "+.2f", "values": [-limit, 0, limit]}
    color = quantity("change", "change of skill", domain=[-limit, limit], domainMid=0)
    spec = {
        "width": {"step": 24 if len(across) <= 12 else 15},
        "height": {"step": 24 if len(erased) <= 12 else 15},
        "mark": {"type": "rect", "style": "cell"},
        "encoding": {
            "x": names("probed", across, axis={"orient": "top", "labelAngle": -45, "title": "probed"}),
            "y": names("erased", erased, axis={"title": "erased"}),
            "color": color | {"legend": {"orient": "bottom", "gradientLength": 160, "gradientThickness": 8} | ticks},
            "tooltip": tooltip,
        },
    }
    caption = (
        "Change of a linear probe’s skill for each factor (columns) when one factor is erased (rows). The erased "
        "factor should fall. Others that fall with it share its directions."
    )
    columns = ["erased", "probed", "skill_before", "skill", "change", "change_low", "change_high"]
    return Figure("erasure matrix", caption, spec, erasure[columns].round(3))  # pairs are many


def draw_recognition(recognition: pd.DataFrame, measure: str, titles: Sequence[str]) -> Figure:
    """Draw how erasing each factor changes one measure of recognition.

    Args:
        recognition: rows of the table recognition of one representation and measure, after erasing something.
        measure: one of :data:`MEASURES`.
        titles: of all representations, in their order.
    """
    words = MEASURES[measure]
    tooltip = hints(
        erased="erased", value=f"{words}|.3f", change="change|+.3f", change_low="from|+.3f", change_high="to|+.3f"
    )
    encoding = {
        "y": names("erased", axis={"grid": True}),
        "color": {**style_channels(titles)["color"], "legend": None},
        "tooltip": tooltip,
    }
    value = quantity("change", f"change of {words}") | {"axis": {"grid": True}}
    spec = {
        "width": "container",
        "height": height(recognition["erased"]),
        "layer": [
            baseline(),
            {
                "mark": {"type": "rule", "style": "whisker"},
                "encoding": {**encoding, "x": {**value, "field": "change_low"}, "x2": {"field": "change_high"}},
            },
            {
                "mark": {"type": "point", "style": "dot"},
                "encoding": {**encoding, "x": value, "shape": {**style_channels(titles)["shape"], "legend": None}},
            },
        ],
    }
    caption = f"Change of the {words} when each factor is erased, with 95 % intervals (paired)."
    columns = ["representation", "erased", "value", "change", "change_low", "change_high"]
    return Figure(words, caption, spec, recognition[columns])

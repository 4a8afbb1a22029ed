"""Figure 2: how well attributes are decodable from each representation, false negatives and false positives."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextPath

from exoprobe.evaluation.score import MEAN
from exoprobe.plots.representation_styles import BLACK, GREY, Style, representation_styles
from exoprobe.plots.style import empty_figure, save_figure

CHANCE = 50.0  # both rates of a probe that ignores the features
CHANCE_LINE: dict[str, Any] = {"color": GREY, "linewidth": 1, "linestyle": (0, (4, 2)), "zorder": 1}
UNGROUPED = "other attributes"
NAME_SIZE = 7  # points
# Inches: of a heading, of an attribute per representation, and of all attributes together, at most.
HEADING, LINE, PAGE = 0.2, 0.08, 6.2
SPREAD = 0.75  # of an attribute's height, taken by the representations
Styles = dict[str, Style]


@dataclass(frozen=True)
class Row:
    """A line of the figure.

    Attributes:
        text: an attribute, or a heading.
        heading: which.
    """

    text: str
    heading: bool = False


def draw_attribute_errors(
    errors: pd.DataFrame,
    paths: dict[str, str | Path],
    *,
    groups: dict[str, list[str]],
    names: dict[str, str],
    controls: list[str],
    caption: str,
) -> None:
    """Draw Figure 2.

    Args:
        errors: of :func:`exoprobe.evaluation.attribute_errors.attribute_errors`.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        groups: attributes by the heading under which they are shown, in this order.
        names: the name to show for each representation, in their order.
        controls: representations that have learned nothing.
        caption: see :func:`exoprobe.plots.style.save_figure`.
    """
    rows = arrange_rows(errors, groups, next(iter(names)))
    styles = representation_styles(names, controls)
    attribute = min(LINE * len(names) + 0.05, PAGE / sum(not row.heading for row in rows))
    row_heights = np.array([HEADING if row.heading else attribute for row in rows])
    heights = [0.5 + 0.155 * len(names), 0.6 + row_heights.sum()]
    figure = empty_figure(sum(heights))
    panels: Any = figure.subfigures(2, 1, height_ratios=heights)
    above, below = panels
    _draw_means(above.subplots(), errors[errors["attribute"] == MEAN].set_index("representation"), styles, names)
    _draw_rates(below, errors[errors["attribute"] != MEAN], rows, row_heights, styles)
    group_of = {attribute: group for group, members in groups.items() for attribute in members}
    data = errors.assign(group=errors["attribute"].map(group_of))
    save_figure(figure, data, paths, caption=caption)


def arrange_rows(errors: pd.DataFrame, groups: dict[str, list[str]], first: str) -> list[Row]:
    """List the figure's rows from the top: each group's heading, then its attributes, best predicted first.

    Args:
        errors: see :func:`draw_attribute_errors`; the groups' attributes that it lacks are left out.
        groups: attributes by heading; attributes of no group come last.
        first: the representation whose error sorts.
    """
    of_first = errors[(errors["representation"] == first) & (errors["attribute"] != MEAN)]
    ordered = of_first.sort_values("error", kind="stable")["attribute"].tolist()
    grouped = {attribute for members in groups.values() for attribute in members}
    rows = []
    for heading, members in {**groups, UNGROUPED: set(ordered) - grouped}.items():
        if shown := [Row(attribute) for attribute in ordered if attribute in members]:
            rows += [Row(heading, heading=True), *shown]
    return rows


def _draw_means(axes: Axes, means: pd.DataFrame, styles: Styles, names: dict[str, str]) -> None:
    """Draw each representation's mean error with its interval; this panel is also the legend."""
    for row, (name, style) in enumerate(styles.items()):
        mean = means.loc[name]
        axes.plot([mean["error_low"], mean["error_high"]], [row, row], color=style["color"])
        axes.plot(mean["error"], row, linestyle="none", markersize=5.5, **style)
        label = f"{mean['error']:.1f}"
        if np.isfinite(mean["error_low"]):
            label += f"  [{mean['error_low']:.1f}, {mean['error_high']:.1f}]"
        axes.text(1.02, row, label, transform=axes.get_yaxis_transform(), va="center", fontsize=7)
    axes.axvline(CHANCE, **CHANCE_LINE)
    axes.set_yticks(range(len(styles)), [names[name] for name in styles])
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")
    axes.set(xlim=(0, max(CHANCE + 4, means["error_high"].max())), ylim=(len(styles) - 0.4, -0.6))
    axes.set_xlabel("error in %, mean of both kinds over all attributes [95 %]; dashed: chance", fontsize=8)


def _draw_rates(figure: Figure, errors: pd.DataFrame, rows: list[Row], heights: np.ndarray, styles: Styles) -> None:
    left, right = figure.subplots(1, 2, sharey=True)
    centers = heights.cumsum() - heights / 2
    ends = errors[["false_negative_high", "false_positive_high"]].to_numpy(float)
    end = min(100.0, float(np.nanmax(ends, initial=CHANCE)) + 4)
    for axes, rate, limits in ((left, "false_negative", (end, 0)), (right, "false_positive", (0, end))):
        for row, center, height in list(zip(rows, centers, heights, strict=True))[1::2]:
            if not row.heading:  # a band leads the eye from one panel to the other
                axes.axhspan(center - height / 2, center + height / 2, color="#f3f3f3", linewidth=0, zorder=0)
        _draw_rate(axes, errors.set_index(["representation", "attribute"]), rate, rows, centers, heights, styles)
        axes.axvline(CHANCE, **CHANCE_LINE)
        axes.grid(visible=False, axis="y")
        axes.tick_params(axis="y", length=0, labelleft=axes is right)
        axes.spines["left"].set_visible(False)
        axes.set(xlim=limits, ylim=(heights.sum(), 0))
    left.set_xlabel("false negatives in % (present, not predicted)")
    right.set_xlabel("false positives in % (predicted, not present)")
    _write_names(right, rows, centers)


def _draw_rate(
    axes: Axes,
    errors: pd.DataFrame,
    rate: str,
    rows: list[Row],
    centers: np.ndarray,
    heights: np.ndarray,
    styles: Styles,
) -> None:
    """Draw one rate of every attribute; the representations are set apart within its row, the first on top."""
    chosen = [rank for rank, row in enumerate(rows) if not row.heading]
    for rank, (name, style) in enumerate(styles.items()):
        values = errors.loc[[(name, rows[row].text) for row in chosen]]
        at = centers[chosen] + SPREAD * heights[chosen] * ((rank + 0.5) / len(styles) - 0.5)
        axes.hlines(at, values[f"{rate}_low"], values[f"{rate}_high"], color=style["color"], linewidth=0.7, zorder=2)
        axes.plot(
            values[rate],
            at,
            linestyle="none",
            markersize=3.6,
            markeredgewidth=0.7,
            clip_on=False,
            zorder=3,
            **style,
        )


def _write_names(axes: Axes, rows: list[Row], centers: np.ndarray) -> None:
    """Write the attributes' names centered between the panels."""
    texts = [row.text if row.heading else row.text.replace("_", " ") for row in rows]
    bold = FontProperties(weight="bold")
    width = max(TextPath((0, 0), text, size=NAME_SIZE, prop=bold).get_extents().width for text in texts)
    axes.set_yticks(centers, texts, ha="center", fontsize=NAME_SIZE)
    axes.tick_params(axis="y", pad=width / 2 + 6)
    for label, row in zip(axes.get_yticklabels(), rows, strict=True):
        label.set(fontweight="bold" if row.heading else "normal", color=BLACK)

"""A figure of what perturbations do to recognition, and how decodable they still are."""

from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from exoprobe.datasets.perturbations import PERTURBATIONS
from exoprobe.evaluation.perturbation_effect import TEST_RANGE, TRAIN_RANGE, explained_by
from exoprobe.evaluation.trade_off import BEST, MAV_ERROR
from exoprobe.plots.representation_styles import GREY, Style, representation_styles
from exoprobe.plots.style import new_figure, save_figure

TOGETHER = "together"  # the task in which all factors vary
MEASURES = {MAV_ERROR: "MAV error in %", explained_by(BEST): "explained fraction"}
SPREAD = 0.7  # of a factor's height, taken by the variants
TICKS = (1, 3, 10, 30)  # %


def draw_perturbation_effect(
    effect: pd.DataFrame, paths: dict[str, str | Path], *, names: dict[str, str], among: list[str], caption: str
) -> None:
    """Draw recognition error and how decodable each factor is, alone and, where that was asked, with all others.

    Args:
        effect: of :func:`exoprobe.evaluation.perturbation_effect.perturbation_effect`.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        names: the name to show for each variant, in their order.
        among: those and variants before them, so that each looks the same in every figure.
        caption: see :func:`exoprobe.plots.style.save_figure`.
    """
    together = effect["task"] == TOGETHER
    panel_tables = {"one at a time": effect[~together], "all together": effect[together]}
    panel_tables = {title: table for title, table in panel_tables.items() if len(table)}
    factors = [name for name in PERTURBATIONS if name in set(effect["factor"])]
    all_styles = representation_styles(among, [])
    styles = {name: all_styles[name] for name in names}
    height = 1.0 + 0.18 * np.ceil((len(styles) + 2) / 5) + len(factors) * (0.16 + 0.085 * len(styles))
    figure, panels = new_figure(columns=2 * len(panel_tables), height=height, sharey=True, squeeze=False)
    for rank, (title, table) in enumerate(panel_tables.items()):
        for axes, (measure, label) in zip(panels[0][2 * rank :], MEASURES.items(), strict=False):
            _draw_panel(axes, average_seeds(table, measure), factors, styles)
            axes.set(title=title, xlabel=label)
            _set_scale(axes, measure)
    panels[0][0].set_yticks(range(len(factors)), [PERTURBATIONS[factor].title for factor in factors])
    panels[0][0].set_ylim(len(factors) - 0.5, -0.5)
    figure.legend(handles=_handles(styles, names), loc="outside upper center", ncols=5, handletextpad=0.2)
    save_figure(figure, effect, paths, caption=caption)


def average_seeds(effect: pd.DataFrame, measure: str) -> pd.DataFrame:
    """Average a measure and the ends of its intervals over training seeds: by factor, variant and range."""
    chosen = effect[effect["measure"] == measure]
    return chosen.groupby(["factor", "representation", "range"])[["value", "low", "high"]].mean()


def _draw_panel(axes: Axes, means: pd.DataFrame, factors: list[str], styles: dict[str, Style]) -> None:
    """Draw a full marker inside and a hollow one outside per variant, joined, each with its interval."""
    offsets = SPREAD * ((np.arange(len(styles)) + 0.5) / len(styles) - 0.5)
    for row, factor in enumerate(factors):
        if row % 2:  # a band leads the eye from one panel to the other
            axes.axhspan(row - 0.5, row + 0.5, color="#f3f3f3", linewidth=0, zorder=0)
        for offset, (name, style) in zip(offsets, styles.items(), strict=True):
            ranges = [(factor, name, limits) for limits in (TRAIN_RANGE, TEST_RANGE)]
            if ranges[0] not in means.index:
                continue
            of_factor, heights = means.loc[ranges], [row + offset] * 2
            axes.plot(of_factor["value"], heights, color=style["color"], linewidth=0.6)
            faces = (style["markerfacecolor"], "white")
            for (value, low, high), face in zip(of_factor.to_numpy(), faces, strict=True):
                axes.plot([low, high], heights, color=style["color"], linewidth=1.6)
                marked = style | {"markerfacecolor": face}
                axes.plot(value, heights[0], linestyle="none", markersize=3.6, markeredgewidth=0.9, **marked)
    axes.grid(visible=False, axis="y")
    axes.tick_params(axis="y", length=0)


def _handles(styles: dict[str, Style], names: dict[str, str]) -> list[Line2D]:
    """Explain colors by variant, and full and hollow markers."""
    marks = {names[name]: style for name, style in styles.items()}
    for text, face in (("in", GREY), ("outside", "white")):
        marks[f"{text} the range trained on"] = {"color": GREY, "marker": "o", "markerfacecolor": face}
    return [Line2D([], [], linestyle="none", label=text, **mark) for text, mark in marks.items()]


def _set_scale(axes: Axes, measure: str) -> None:
    if measure == MAV_ERROR:
        axes.set_xscale("log")
        low, high = axes.get_xlim()
        axes.set_xlim(min(0.5, low), max(60, high))
        axes.set_xticks(TICKS, [f"{tick:g}" for tick in TICKS])
        axes.minorticks_off()
    else:
        axes.axvline(0, color=GREY, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
        axes.set_xlim(min(-0.1, axes.get_xlim()[0]), 1)

"""The trade-off figure: recognition against how decodable the rotation still is, for each way of training."""

from collections.abc import Collection, Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from exoprobe.evaluation.trade_off import BEST, RMSE, on_front, rmse_by, trade_off_points
from exoprobe.plots.representation_styles import BLACK, GREY, representation_styles
from exoprobe.plots.style import new_figure, save_figure

PANELS = {
    "linear": "linear probe",
    "linear_per_label": "linear probe, one per digit",
    BEST: "best probe",
}
TICKS = (0.5, 1, 1.5, 2, 3, 4, 6, 10, 20, 50)  # %


def draw_trade_off(
    table: pd.DataFrame,
    summary: pd.DataFrame,
    paths: dict[str, str | Path],
    *,
    titles: Mapping[str, str],
    alike: Collection[str],
    caption: str,
) -> None:
    """Draw recognition error against the angle's error, as trained and after erasure.

    Args:
        table: of :func:`exoprobe.evaluation.trade_off.trade_off`, written beside the figure.
        summary: of it, by :func:`exoprobe.evaluation.trade_off.over_seeds`.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        titles: the name to show for each network, in their order.
        alike: networks of one architecture, that differ in what they are trained for, with a front of their own.
        caption: see :func:`exoprobe.plots.style.save_figure`.
    """
    styles = representation_styles(titles, [])
    constant = summary[summary["measure"] == rmse_by("constant")]["mean"].max()
    figure, panels = new_figure(columns=len(PANELS), height=3.6, sharex=True, sharey=True)
    for axes, (probe, title) in zip(panels, PANELS.items(), strict=True):
        points = trade_off_points(summary, probe)
        axes.axhline(constant, color=GREY, linewidth=1, linestyle=(0, (4, 2)), zorder=1)
        _draw_front(axes, points, color=BLACK, linestyle="solid")
        _draw_front(axes, points[points["representation"].isin(alike)], color=BLACK, linestyle="dotted")
        for network, style in styles.items():
            _draw_network(axes, points[points["representation"] == network], style, titles[network])
        axes.set_title(title, fontsize=8.5)
        axes.set(xscale="log")
    least = points["error_low"].fillna(points["error"]).min() / 1.1
    most = points["error_high"].fillna(points["error"]).max() * 1.1
    panels[0].set(ylabel="error of the predicted angle, °", ylim=(0, constant * 1.1), xlim=(least, most))
    panels[1].set(xlabel="recognition error in % (cosine to class means)")
    panels[1].text(
        0.99, constant * 1.015, "not decodable", ha="right", color=GREY, fontsize=7,
        transform=panels[1].get_yaxis_transform(),
    )  # fmt: skip
    ticks = [tick for tick in TICKS if points["error"].min() / 1.2 <= tick <= points["error"].max() * 1.2]
    panels[0].set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    panels[0].xaxis.set_minor_locator(panels[0].xaxis.get_major_locator())
    figure.legend(
        *panels[0].get_legend_handles_labels(), loc="outside upper center", ncols=5, fontsize=7.2, columnspacing=1.2
    )
    key = "hollow: after LEACE; lines: Pareto fronts, dotted: of one architecture"
    save_figure(figure, table, paths, caption=f"{key}. {caption}")


def _draw_front(axes: Axes, points: pd.DataFrame, **style: Any) -> None:  # noqa: ANN401 of Axes.plot
    """Draw the edge of what some points are at least as good as: below and to the right of it."""
    if points.empty:
        return
    best = points[on_front(points["error"].to_numpy(), points[RMSE].to_numpy())].sort_values("error")
    corners = [(best["error"].iloc[0], 0), *zip(best["error"], best[RMSE], strict=True), (100, best[RMSE].iloc[-1])]
    axes.step(*zip(*corners, strict=True), where="pre", linewidth=0.8, alpha=0.45, zorder=1, **style)


def _draw_network(axes: Axes, points: pd.DataFrame, style: dict[str, str], title: str) -> None:
    """Draw a network as trained and after erasure, with intervals over seeds, and the way from one to the other."""
    color = style["color"]
    axes.plot(points["error"], points[RMSE], color=color, linewidth=0.6, alpha=0.6, zorder=2)
    for point in points.to_dict("records"):
        axes.errorbar(
            point["error"],
            point[RMSE],
            xerr=_reach(point, "error"),
            yerr=_reach(point, RMSE),
            color=color,
            marker=style["marker"],
            markerfacecolor="white" if point["erased"] else color,
            markersize=5,
            elinewidth=0.9,
            linestyle="none",
            label=None if point["erased"] else title,
            zorder=3,
        )


def _reach(point: Mapping[Hashable, float], name: str) -> list[list[float]] | None:
    """Return how far the interval reaches below and above; None for a single seed."""
    if pd.isna(point[f"{name}_low"]):
        return None
    return [[point[name] - point[f"{name}_low"]], [point[f"{name}_high"] - point[name]]]

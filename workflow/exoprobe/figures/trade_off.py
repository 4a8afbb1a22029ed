"""The trade-off figure: what each way of training recognizes, against what its features still tell."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from exoprobe.figures.style import BLACK, GREY, new_figure, representation_looks, save_figure

PANELS = {
    "linear_per_label": "read linearly, by the digit's own regressor",
    "best": "read by the best readout, linear or not",
}
NOTHING = {"color": GREY, "linewidth": 1, "linestyle": (0, (4, 2)), "zorder": 1}


def draw_trade_off(
    seeds: pd.DataFrame,
    summary: pd.DataFrame,
    paths: dict[str, str | Path],
    *,
    titles: Mapping[str, str],
    constant: float,
    about: str,
) -> None:
    """Draw recognition error against the angle's error, as trained and after erasure.

    Args:
        seeds: a row per variant, seed, ``erased`` and ``measure``: ``value``.
        summary: of :func:`exoprobe.analysis.trade_off.summarize`: a row per variant, ``erased`` and ``measure``:
            ``mean``, ``low`` and ``high`` over seeds, and for each readout whether it lies on the ``front``.
        paths: see :func:`exoprobe.figures.style.save_figure`.
        titles: the name to show for each variant, in their order.
        constant: the angle's error in degrees where nothing is told.
        about: see :func:`exoprobe.figures.style.save_figure`.
    """
    looks = representation_looks(titles, [])
    figure, panels = new_figure(columns=2, height=3.7, sharex=True, sharey=True)
    for axes, (measure, title) in zip(panels, PANELS.items(), strict=True):
        axes.axhline(constant, **NOTHING)
        _draw_front(axes, summary, measure)
        for variant, look in looks.items():
            _draw_variant(axes, summary[summary["variant"] == variant], measure, look, titles[variant])
        axes.set(title=title, xscale="log", xlabel="recognition error in % (cosine to class means)")
    panels[0].set(ylabel="error of the angle read from features, °", ylim=(0, constant * 1.09))
    panels[0].text(0.98, constant * 1.015, "nothing told", ha="right", color=GREY, fontsize=7,
                   transform=panels[0].get_yaxis_transform())
    ticks = [tick for tick in (0.5, 1, 2, 3, 5, 10, 20, 50) if _within(tick, summary)]
    panels[0].set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    panels[0].xaxis.minorticks_off()
    handles, names = panels[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper center", ncols=5, fontsize=7.2, columnspacing=1.2)
    save_figure(figure, seeds, paths, about=f"filled: as trained; hollow: after LEACE; line: Pareto front. {about}")


def _draw_variant(axes: Axes, rows: pd.DataFrame, measure: str, look: dict[str, str], title: str) -> None:
    """Draw a variant as trained and after erasure, with intervals over seeds, and the way from one to the other."""
    places = {}
    for erased, part in rows.groupby("erased"):
        part = part.set_index("measure")
        error, angle = part.loc["mav_error"], part.loc[measure]
        places[erased] = (error["mean"], angle["mean"])
        face = "white" if erased else look["color"]
        axes.errorbar(
            error["mean"],
            angle["mean"],
            xerr=[[error["mean"] - error["low"]], [error["high"] - error["mean"]]],
            yerr=[[angle["mean"] - angle["low"]], [angle["high"] - angle["mean"]]],
            color=look["color"],
            marker=look["marker"],
            markerfacecolor=face,
            markersize=5,
            elinewidth=0.9,
            linestyle="none",
            label=None if erased else title,
            zorder=3,
        )
    if len(places) == 2:
        axes.plot(*zip(*places.values(), strict=True), color=look["color"], linewidth=0.6, alpha=0.6, zorder=2)


def _draw_front(axes: Axes, summary: pd.DataFrame, measure: str) -> None:
    """Draw a step line through the points that no other beats in both."""
    wide = summary.pivot(index=["variant", "erased"], columns="measure", values="mean")
    front = wide[summary.pivot(index=["variant", "erased"], columns="measure", values="front")[measure].astype(bool)]
    front = front.sort_values("mav_error")
    axes.step(front["mav_error"], front[measure], where="post", color=BLACK, linewidth=0.8, alpha=0.5, zorder=1)


def _within(tick: float, summary: pd.DataFrame) -> bool:
    errors = summary[summary["measure"] == "mav_error"]["mean"]
    return errors.min() / 1.3 <= tick <= errors.max() * 1.3

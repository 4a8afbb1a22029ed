"""The layers figure: what every layer of networks of growing depth recognizes, and how decodable the rotation is."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from exoprobe.plots.representation_styles import BLUE, GREEN, GREY, REPRESENTATION_COLORS, VERMILION
from exoprobe.plots.style import new_figure, save_figure

PROBES = {
    "rmse_linear": ("linear", VERMILION, "o"),
    "rmse_linear_per_label": ("linear, per digit", GREEN, "s"),
    "rmse_fourier": ("Fourier features", REPRESENTATION_COLORS[4], "^"),
    "rmse_mlp": ("MLP", BLUE, "D"),
}
TICKS = (1, 2, 5, 10, 20, 50)  # %


def draw_layers(
    table: pd.DataFrame,
    paths: dict[str, str | Path],
    *,
    layers: Mapping[str, list[str]],
    titles: Mapping[str, str],
    caption: str,
) -> None:
    """Draw a column of panels per network: recognition error above, the angle's error below, layer by layer.

    Args:
        table: of :func:`exoprobe.evaluation.trade_off.layer_table`.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        layers: the layers of each network, from the input on.
        titles: the name to show for each network.
        caption: see :func:`exoprobe.plots.style.save_figure`.
    """
    constant = table[table["measure"] == "rmse_constant"]["value"].max()
    widths = [len(names) + 1 for names in layers.values()]
    figure, panels = new_figure(
        rows=2, columns=len(layers), height=4.2, sharey="row", sharex="col", squeeze=False, width_ratios=widths
    )
    for above, below, name in zip(*panels, layers, strict=True):
        rows = table[table["representation"] == name]
        _draw_line(above, rows, "mav_error", layers[name], color="#333333", marker="o")
        for measure, (label, color, marker) in PROBES.items():
            _draw_line(below, rows, measure, layers[name], color=color, marker=marker, label=label)
        below.axhline(constant, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
        above.set_title(titles[name], fontsize=7.5)
        below.set_xticks(range(len(layers[name])), layers[name], rotation=90, fontsize=6)
    panels[0][0].set(yscale="log", ylabel="recognition error, %")
    panels[0][0].set_yticks(TICKS, [f"{tick:g}" for tick in TICKS])
    panels[0][0].yaxis.set_minor_locator(panels[0][0].yaxis.get_major_locator())
    panels[1][0].set(ylabel="angle error, °", ylim=(0, None))
    handles, names = panels[1][0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside upper right", ncols=4, fontsize=7.2)
    save_figure(figure, table, paths, caption=caption)


def _draw_line(axes: Axes, rows: pd.DataFrame, measure: str, layers: list[str], **style: Any) -> None:  # noqa: ANN401 of Axes.plot
    values = rows[rows["measure"] == measure].groupby("layer")[["value", "low", "high"]].mean().loc[layers]
    positions = range(len(layers))
    axes.fill_between(positions, values["low"], values["high"], color=style["color"], alpha=0.2, linewidth=0)
    axes.plot(positions, values["value"], markersize=2.6, linewidth=1.1, **style)

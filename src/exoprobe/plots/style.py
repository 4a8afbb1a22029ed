"""One look for all figures: sizes, fonts, a color per network, and how a figure is saved."""

import re
from collections.abc import Collection, Iterable
from pathlib import Path

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from exoprobe.io.files import atomic_write

TEXT_WIDTH = 6.8  # inches, two columns of a conference page
MINUS = re.compile(r"(?<!\w)-(?=\d)")  # a hyphen that is one

# Okabe and Ito's palette: told apart with any color vision. A network keeps its color in every figure.
VERMILION, BLUE, GREEN, GREY, BLACK = "#D55E00", "#0072B2", "#009E73", "#767676", "#222222"
NETWORK_COLORS = {"lenet": VERMILION, "mu_lenet": BLUE, "pair_lenet": GREEN}
NETWORK_NAMES = {"lenet": "LeNet", "mu_lenet": "µ-LeNet", "pair_lenet": "PAIR-LeNet"}
NETWORK_MARKERS = {"lenet": "o", "mu_lenet": "s", "pair_lenet": "D"}

# Representations of faces are as many as are configured: colors in their order, controls in greys and hollow.
# (Colors and markers of different number, so that no pair comes again soon.)
REPRESENTATION_COLORS = [BLUE, VERMILION, GREEN, "#CC79A7", "#E69F00", "#56B4E9"]
REPRESENTATION_MARKERS = ["o", "s", "D", "^", "v"]
CONTROL_COLORS = ["#333333", "#767676", "#a6a6a6"]
CONTROL_MARKERS = ["X", "P", "p", "*"]

STYLE = {
    "figure.constrained_layout.use": True,
    "figure.dpi": 150,
    "savefig.dpi": 300,
    "font.family": "DejaVu Sans",
    "font.size": 8,
    "axes.titlesize": 9,
    "axes.labelsize": 8.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#e4e4e4",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "lines.markersize": 4,
    "pdf.fonttype": 42,
    "svg.fonttype": "none",
    "svg.hashsalt": "exoprobe",
}
plt.rcParams.update(STYLE)


def new_figure(rows: int = 1, columns: int = 1, height: float = 2.8, **options: object) -> tuple[Figure, object]:
    """Make a figure of text width in the common style; ``options`` go to ``plt.subplots``."""
    return plt.subplots(rows, columns, figsize=(TEXT_WIDTH, height), **options)


def representation_looks(names: Iterable[str], controls: Collection[str]) -> dict[str, dict[str, str]]:
    """Give each representation its color and marker.

    Args:
        names: all configured representations in their order, so that each looks the same in every figure.
        controls: those of them that have learned nothing.

    Returns:
        Keyword arguments ``color``, ``marker`` and ``markerfacecolor`` of ``Axes.plot`` by representation.
    """
    names = list(names)
    networks = [name for name in names if name in NETWORK_COLORS]  # these keep their look
    looks = {name: {"color": NETWORK_COLORS[name], "marker": NETWORK_MARKERS[name]} for name in networks}
    colors = [color for color in REPRESENTATION_COLORS if color not in {look["color"] for look in looks.values()}]
    for rank, name in enumerate(name for name in names if name not in {*controls, *networks}):
        marker = REPRESENTATION_MARKERS[rank % len(REPRESENTATION_MARKERS)]
        looks[name] = {"color": colors[rank % len(colors)], "marker": marker}
    for look in looks.values():
        look["markerfacecolor"] = look["color"]
    for rank, name in enumerate(name for name in names if name in controls):
        color = CONTROL_COLORS[rank % len(CONTROL_COLORS)]
        marker = CONTROL_MARKERS[rank % len(CONTROL_MARKERS)]
        looks[name] = {"color": color, "marker": marker, "markerfacecolor": "white"}
    return {name: looks[name] for name in names}


def save_figure(
    figure: Figure,
    data: pd.DataFrame,
    paths: dict[str, str | Path],
    *,
    about: str = "",
    float_format: str = "%.6g",
) -> None:
    """Write a figure as PDF, PNG and SVG with its tidy data beside it.

    Args:
        figure: the figure; closed afterwards.
        data: what is drawn, a row per observation.
        paths: the files to write, by ``pdf``, ``png``, ``svg`` and ``csv``.
        about: a line that says what data and solver this is, below the figure.
        float_format: of the numbers in the CSV file.
    """
    if about:
        figure.supxlabel(MINUS.sub("−", about), fontsize=6.5, color=GREY)
    undated = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}
    for kind, metadata in undated.items():
        with atomic_write(paths[kind]) as temporary:
            figure.savefig(temporary, format=kind, metadata=metadata)
    plt.close(figure)
    with atomic_write(paths["csv"]) as temporary:
        data.to_csv(temporary, index=False, float_format=float_format)

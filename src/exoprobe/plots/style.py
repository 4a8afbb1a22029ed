"""One style for all figures: sizes, fonts, a color per network, and how a figure is saved."""

import re
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("Agg")

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.figure import Figure

from exoprobe.io.files import atomic_write
from exoprobe.plots.representation_styles import GREY

TEXT_WIDTH = 6.8  # inches, two columns of a conference page
MINUS = re.compile(r"(?<!\w)-(?=\d)")  # a hyphen that is one

STYLE: dict[str, Any] = {
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
plt.style.use(STYLE)


def new_figure(rows: int = 1, columns: int = 1, height: float = 2.8, **options: Any) -> tuple[Figure, Any]:  # noqa: ANN401 of plt.subplots
    """Make a figure of text width in the common style, and its axes; ``options`` go to ``plt.subplots``."""
    return plt.subplots(rows, columns, figsize=(TEXT_WIDTH, height), **options)


def empty_figure(height: float) -> Figure:
    """Make a figure of text width without axes."""
    return plt.figure(figsize=(TEXT_WIDTH, height))


def save_figure(
    figure: Figure,
    data: pd.DataFrame,
    paths: dict[str, str | Path],
    *,
    caption: str = "",
    float_format: str = "%.6g",
) -> None:
    """Write a figure as PDF, PNG and SVG with its tidy data beside it.

    Args:
        figure: the figure; closed afterwards.
        data: what is drawn, a row per observation.
        paths: the files to write, by ``pdf``, ``png``, ``svg`` and ``csv``.
        caption: a line that says what data and recipe this is, below the figure.
        float_format: of the numbers in the CSV file.
    """
    if caption:
        figure.supxlabel(MINUS.sub("−", caption), fontsize=6.5, color=GREY)
    undated: dict[str, dict[str, Any]] = {"pdf": {"CreationDate": None}, "svg": {"Date": None}, "png": {}}
    for kind, metadata in undated.items():
        with atomic_write(paths[kind]) as temporary:
            figure.savefig(temporary, format=kind, metadata=metadata)
    plt.close(figure)
    with atomic_write(paths["csv"]) as temporary:
        data.to_csv(temporary, index=False, float_format=float_format)

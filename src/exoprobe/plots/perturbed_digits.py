"""A figure of what each perturbation does to a digit, from one end of its test range to the other."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from exoprobe.datasets.perturbations import PERTURBATIONS
from exoprobe.datasets.perturbed_digits import Ranges, perturb_images
from exoprobe.plots.representation_styles import BLUE, GREY
from exoprobe.plots.style import MINUS, new_figure, save_figure

PER_ROW = 13
FIRST_CLASS = 2  # of 0 and 1, least is seen
GAP = 1  # pixels between two pictures


def draw_perturbed_digits(
    source: str | Path, paths: dict[str, str | Path], *, perturbations: Ranges, seed: int, caption: str
) -> None:
    """Draw a row of pictures per perturbation, with its train range marked below.

    Args:
        source: the .npz file of :func:`exoprobe.datasets.digit_sources.save_digits`.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        perturbations: the ranges of each.
        seed: of noise and of positions.
        caption: see :func:`exoprobe.plots.style.save_figure`.
    """
    digits = np.load(source)
    figure, rows = new_figure(len(perturbations), height=0.3 + 0.68 * len(perturbations), squeeze=False)
    tables = []
    for rank, (axes, (name, ranges)) in enumerate(zip(rows[:, 0], perturbations.items(), strict=True)):
        shown = choose_digit(digits["test_labels"], rank)
        lowest, highest = ranges["test_range"]
        values = np.linspace(lowest, highest, PER_ROW)
        pictures = perturb_images(np.repeat(digits["test_images"][[shown]], PER_ROW, axis=0), {name: values}, seed)
        _draw_row(axes, name, pictures, ranges)
        low, high = ranges["train_range"]
        row = {"perturbation": name, "value": values, "inside": (values >= low) & (values <= high)}
        tables.append(pd.DataFrame({**row, "label": digits["test_labels"][shown], "test_digit": shown}))
    save_figure(figure, pd.concat(tables), paths, caption=caption)


def choose_digit(labels: np.ndarray, rank: int) -> int:
    """Return the number of the first digit of the row's class: another class in each of ten rows.

    Args:
        labels: [N].
        rank: the row.
    """
    classes = np.unique(labels)
    return int(np.flatnonzero(labels == classes[(rank + FIRST_CLASS) % len(classes)])[0])


def _draw_row(axes: Axes, name: str, pictures: np.ndarray, ranges: dict[str, list[float]]) -> None:
    """Show pictures [n, height, width] side by side, each centered at its value."""
    perturbation, (low, high), (lowest, highest) = PERTURBATIONS[name], ranges["train_range"], ranges["test_range"]
    framed = np.pad(pictures, ((0, 0), (0, 0), (GAP, GAP)), constant_values=255)
    half = (highest - lowest) / (len(pictures) - 1) / 2
    extent = (lowest - half, highest + half, 0, 1)
    axes.imshow(np.hstack(list(framed)), cmap="gray", vmin=0, vmax=255, extent=extent, aspect="auto")
    below: dict[str, Any] = {"transform": axes.get_xaxis_transform(), "clip_on": False, "solid_capstyle": "butt"}
    axes.plot([lowest, highest], [-0.07, -0.07], color=GREY, linewidth=1, **below)
    axes.plot([low, high], [-0.07, -0.07], color=BLUE, linewidth=3.5, **below)
    ticks = sorted({lowest, low, high, highest})
    axes.set_xticks(ticks, [MINUS.sub("−", f"{tick:g}") for tick in ticks], fontsize=7)
    axes.tick_params(length=0, pad=6)
    axes.set(yticks=[], xlim=extent[:2])
    title = perturbation.title + (f"\n({perturbation.unit})" if perturbation.unit else "")
    axes.set_ylabel(title, rotation=0, ha="right", va="center", fontsize=8)
    axes.grid(visible=False)
    axes.spines[:].set_visible(False)

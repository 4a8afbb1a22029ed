"""Figure 5: the PAIR topology, drawn from the shapes that the network itself reports."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from matplotlib.axes import Axes
from matplotlib.patches import FancyBboxPatch

from exoprobe.datasets.samples import read_samples
from exoprobe.plots.representation_styles import BLACK, GREEN, GREY
from exoprobe.plots.style import new_figure, save_figure
from exoprobe.training.architectures.lenet import LeNet

STREAMS = {"first": 3.0, "second": 0.0}  # vertical position of each image's stream
STEP, BOX_WIDTH, BOX_HEIGHT = 1.55, 1.22, 0.86
MIDDLE = 1.5
ARROW = {"arrowstyle": "-|>", "color": BLACK, "linewidth": 0.8, "mutation_scale": 6, "shrinkA": 0, "shrinkB": 0}


def draw_pair_topology(samples: str | Path, paths: dict[str, str | Path], *, model: dict[str, Any]) -> None:
    """Draw Figure 5 for the configuration's PAIR entry, with a pair from the dataset.

    Args:
        samples: the dataset; its first training digit is shown at its extreme angles.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        model: ``layers``, where the Euclidean losses are, ``weight`` and ``pairs``.
    """
    pictures, angles = example_pair(samples)
    layers = layer_table(torch.from_numpy(pictures[:1]).unsqueeze(1), model["layers"])
    figure, axes = new_figure(height=2.75)
    axes.set(xlim=(-1.05, STEP * len(layers) + 2.3), ylim=(-0.75, 3.75), aspect="equal")
    axes.axis("off")
    for (stream, height), picture, angle in zip(STREAMS.items(), pictures, angles, strict=True):
        _draw_image(axes, picture, angle, height)
        for column, layer in enumerate(layers.itertuples(), start=1):
            _draw_layer(axes, STEP * column, height, str(layer.layer), str(layer.shape), shared=stream == "second")
    for column, layer in enumerate(layers.itertuples(), start=1):
        if layer.euclidean_loss:
            _draw_euclidean_loss(axes, STEP * column)
        elif layer.parameters:
            axes.text(STEP * column, MIDDLE, "shared\nweights", ha="center", va="center", fontsize=6, color=GREY)
    _draw_softmax_loss(axes, STEP * (len(layers) + 1))
    what = "one digit" if model["pairs"] == "source" else "one class"
    axes.text(-0.95, MIDDLE, f"a pair: two\nimages of {what}", fontsize=6.5, va="center", color=BLACK)
    save_figure(figure, layers, paths)


def layer_table(image: torch.Tensor, euclidean: list[str]) -> pd.DataFrame:
    """Run one image through LeNet and list its layers.

    Args:
        image: uint8 [1, 1, 28, 28].
        euclidean: the layers with a Euclidean loss.

    Returns:
        Columns ``layer, shape, units, parameters, euclidean_loss``.
    """
    network = LeNet()
    with torch.inference_mode():
        activations = network(image)
    parameters = {name: sum(p.numel() for p in layer.parameters()) for name, layer in network.named_children()}
    rows = [
        (
            name,
            "×".join(map(str, activation.shape[1:])),
            activation[0].numel(),
            parameters.get(name, 0),
            name in euclidean,
        )
        for name, activation in activations.items()
    ]
    return pd.DataFrame(rows, columns=["layer", "shape", "units", "parameters", "euclidean_loss"])


def example_pair(samples: str | Path) -> tuple[np.ndarray, np.ndarray]:
    """Return the first training digit at its smallest and largest angle: uint8 [2, 28, 28] and degrees [2]."""
    columns = read_samples(samples, ["image", "angle", "group"], "train")
    rows = np.flatnonzero(columns["group"] == columns["group"][0])
    ends = rows[[columns["angle"][rows].argmin(), columns["angle"][rows].argmax()]]
    return columns["image"][ends], columns["angle"][ends]


def _draw_image(axes: Axes, picture: np.ndarray, angle: float, height: float) -> None:
    half = 0.55
    axes.imshow(picture, cmap="gray", extent=(-half, half, height - half, height + half), interpolation="nearest")
    axes.text(0, height + half + 0.08, f"{angle:+g}°".replace("-", "−"), ha="center", va="bottom", fontsize=7)


def _draw_layer(axes: Axes, x: float, y: float, name: str, shape: str, *, shared: bool) -> None:
    box = FancyBboxPatch(
        (x - BOX_WIDTH / 2, y - BOX_HEIGHT / 2),
        BOX_WIDTH,
        BOX_HEIGHT,
        boxstyle="round,pad=0,rounding_size=0.12",
        facecolor="#f3f3f3" if name.startswith(("conv", "ip")) else "#fafafa",
        edgecolor=BLACK if name.startswith(("conv", "ip")) else GREY,
        linestyle="--" if shared else "-",
        linewidth=0.9,
    )
    axes.add_patch(box)
    axes.text(x, y + 0.15, name + (" + ReLU" if name == "ip1" else ""), ha="center", va="center", fontsize=6.6)
    axes.text(x, y - 0.18, shape, ha="center", va="center", fontsize=6.2, color="#444444")
    axes.annotate("", (x - BOX_WIDTH / 2, y), (x - STEP + BOX_WIDTH / 2, y), arrowprops=ARROW)


def _draw_euclidean_loss(axes: Axes, x: float) -> None:
    line = {"arrowstyle": "-", "color": GREEN, "linewidth": 1}
    for y in STREAMS.values():
        axes.annotate("", (x, y + np.sign(MIDDLE - y) * BOX_HEIGHT / 2), (x, MIDDLE), arrowprops=line)
    axes.text(
        x,
        MIDDLE,
        "‖Δ‖²",
        ha="center",
        va="center",
        fontsize=7.5,
        color=GREEN,
        bbox={"boxstyle": "circle,pad=0.35", "facecolor": "white", "edgecolor": GREEN, "linewidth": 1},
    )


def _draw_softmax_loss(axes: Axes, x: float) -> None:
    y = STREAMS["first"]
    axes.text(
        x,
        y,
        "softmax\nloss",
        ha="center",
        va="center",
        fontsize=7,
        color=BLACK,
        bbox={"boxstyle": "round,pad=0.45", "facecolor": "white", "edgecolor": BLACK, "linewidth": 1},
    )
    axes.annotate("", (x - 0.55, y), (x - STEP + BOX_WIDTH / 2, y), arrowprops=ARROW)
    axes.text(x, STREAMS["second"], "no label\nused", ha="center", va="center", fontsize=6.5, color=GREY)

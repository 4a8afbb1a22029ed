"""Figures 7 and 8: heat maps of the feature spaces, units in their order and block-diagonalized."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from exoprobe.datasets.samples import read_samples
from exoprobe.datasets.split_features import read_split_features
from exoprobe.evaluation.block_diagonal import DEAD, BlockOrder, block_order
from exoprobe.plots.representation_styles import NETWORK_NAMES
from exoprobe.plots.style import new_figure, save_figure

SAMPLES_PER_CELL = 10  # of each digit and angle; all 70,000 columns would be finer than the page
SMALLEST_LABELED = 12  # rows; labels of smaller blocks would overlap
SATURATION = 98  # percentile of the activations at which the color scale ends


@dataclass(frozen=True)
class HeatMap:
    """A picture of one feature space.

    Attributes:
        values: float32 [units, columns], in the order drawn.
        order: int [units], the unit of each row.
        blocks: the assignment of Eq. (1), or None where rows keep their order.
    """

    values: np.ndarray
    order: np.ndarray
    blocks: BlockOrder | None


def draw_heat_maps(
    samples: str | Path,
    features: dict[str, str | Path],
    paths: dict[str, str | Path],
    *,
    caption: str,
    block_diagonal: bool,
) -> None:
    """Draw Figure 7, or Figure 8 with the rows reordered by Eq. (1).

    Args:
        samples: the dataset.
        features: one feature file per model.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        caption: see :func:`exoprobe.plots.style.save_figure`.
        block_diagonal: reorder the rows.
    """
    test = pd.DataFrame(read_samples(samples, ["label", "angle"], "test"))
    columns = choose_columns(test)
    figure, panels = new_figure(columns=len(features), height=3.3, squeeze=False)
    tables = []
    for axes, (model, path) in zip(panels[0], features.items(), strict=True):
        matrix = read_split_features(samples, path, "test")
        picture = build_heat_map(matrix, test["label"].to_numpy(), columns, block_diagonal=block_diagonal)
        _draw_panel(axes, picture, test.iloc[columns], NETWORK_NAMES[model])
        tables.append(_to_table(model, picture, test.iloc[columns]))
    panels[0][0].set_ylabel("unit, " + ("grouped by digit (Eq. 1)" if block_diagonal else "in order"))
    save_figure(figure, pd.concat(tables), paths, caption=caption, float_format="%.3g")


def choose_columns(factors: pd.DataFrame) -> np.ndarray:
    """Choose the samples to show: the first few of each digit and angle, sorted by digit, then by angle.

    Args:
        factors: ``label`` and ``angle`` per sample.

    Returns:
        Row numbers of ``factors``.
    """
    ordered = factors.reset_index(drop=True).sort_values(["label", "angle"], kind="stable")
    return ordered.groupby(["label", "angle"]).head(SAMPLES_PER_CELL).index.to_numpy()


def build_heat_map(features: np.ndarray, labels: np.ndarray, columns: np.ndarray, *, block_diagonal: bool) -> HeatMap:
    """Take the chosen samples as columns; Eq. (1) uses all samples."""
    blocks = block_order(features, labels) if block_diagonal else None
    order = np.arange(features.shape[1]) if blocks is None else blocks.order
    return HeatMap(features[columns][:, order].T, order, blocks)


def _draw_panel(axes: Axes, picture: HeatMap, factors: pd.DataFrame, name: str) -> None:
    top = np.percentile(picture.values, SATURATION)
    units = len(picture.values)
    image = axes.imshow(
        picture.values,
        aspect="auto",
        cmap="magma",
        vmin=0,
        vmax=top,
        interpolation="nearest",
        rasterized=True,
    )
    labels = factors["label"].to_numpy()
    middles = [np.flatnonzero(labels == label).mean() for label in np.unique(labels)]
    axes.set_xticks(middles, np.unique(labels))
    axes.tick_params(length=0)
    axes.grid(visible=False)
    angles = f"{factors['angle'].min():g}° to {factors['angle'].max():g}°".replace("-", "−")
    axes.set(title=name, xlabel=f"digit (within: {angles})", yticks=[])
    for edge in np.flatnonzero(np.diff(labels)) + 0.5:
        axes.axvline(edge, color="white", linewidth=0.3, alpha=0.6)
    if picture.blocks is not None:
        _mark_blocks(axes, picture.blocks, picture.order)
    else:
        axes.set_yticks([0, units - 1], ["1", str(units)])
    bar = axes.figure.colorbar(image, ax=axes, location="bottom", extend="max", aspect=30, pad=0.02)
    bar.set_label("activation", fontsize=7.5)
    bar.outline.set_visible(False)


def _mark_blocks(axes: Axes, blocks: BlockOrder, order: np.ndarray) -> None:
    clusters = blocks.cluster[order]
    edges = np.flatnonzero(np.diff(clusters)) + 0.5
    for edge in edges:
        axes.axhline(edge, color="white", linewidth=0.3, alpha=0.6)
    sizes = pd.Series(clusters).value_counts()
    shown = [label for label in dict.fromkeys(clusters) if label != DEAD and sizes[label] >= SMALLEST_LABELED]
    axes.set_yticks([np.flatnonzero(clusters == label).mean() for label in shown], shown)
    if DEAD in sizes:
        axes.set_title(f"{axes.get_title()} ({sizes[DEAD]} of {len(clusters)} units dead)", fontsize=7.5)


def _to_table(model: str, picture: HeatMap, factors: pd.DataFrame) -> pd.DataFrame:
    # A column per image: as a row per cell, the file would be ten times as large.
    counter = factors.groupby(["label", "angle"]).cumcount()
    names = [
        f"digit{label}_angle{angle:+.15g}_{number}"
        for label, angle, number in zip(factors["label"], factors["angle"], counter, strict=True)
    ]
    table = pd.DataFrame(picture.values, columns=names)
    leading = {"model": model, "row": np.arange(len(picture.order)), "unit": picture.order}
    if picture.blocks is not None:
        leading |= {
            "cluster": picture.blocks.cluster[picture.order],
            "error": picture.blocks.error[picture.order],
        }
    return pd.concat([pd.DataFrame(leading), table], axis=1)

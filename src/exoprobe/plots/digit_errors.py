"""Figure 4: classification error per digit and on average, six techniques."""

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from exoprobe.evaluation.scores import complement
from exoprobe.plots.representation_styles import BLACK, GREY, NETWORK_COLORS, VERMILION
from exoprobe.plots.style import new_figure, save_figure
from exoprobe.probes.probe_data import LABEL

# Network, probe, name, color; the paper's six, softmax for comparison in grays.
TECHNIQUES = [
    ("lenet", "nearest_mean", "LeNet-MAV", VERMILION),
    ("lenet", "per_angle_mean", "LeNet-per-angle-MAV", "#F3B98F"),
    ("mu_lenet", "nearest_mean", "µ-LeNet-MAV", NETWORK_COLORS["mu_lenet"]),
    ("pair_lenet", "nearest_mean", "PAIR-LeNet-MAV", NETWORK_COLORS["pair_lenet"]),
    ("lenet", "head", "LeNet-softmax", BLACK),
    ("pair_lenet", "head", "PAIR-LeNet-softmax", GREY),
]
# Controls that go beside them into the CSV file: as many means, without an angle or with a coarser estimate of it.
CONTROLS = [
    ("lenet", "label_angle_mean", "LeNet-MAV, label and angle means"),
    ("lenet", "per_angle_mean_pooled", "LeNet-per-angle-MAV, one angle regressor"),
    ("pair_lenet", "label_angle_mean", "PAIR-LeNet-MAV, label and angle means"),
]
WHISKERS: dict[str, Any] = {"error_kw": {"elinewidth": 0.8, "ecolor": "#444444"}}


def draw_digit_errors(scores: pd.DataFrame, paths: dict[str, str | Path], *, caption: str) -> None:
    """Draw Figure 4 from the scores, see :func:`digit_errors`."""
    data = digit_errors(scores)
    figure, (axes, average) = new_figure(height=3.0, columns=2, width_ratios=[10, 2.3], sharey=True)
    over_seeds = data.groupby(["technique", "label"], sort=False)["error"]
    mean, sd = over_seeds.mean(), over_seeds.std()  # NaN, and not drawn, for a single seed
    classes = [label for label in data["label"].unique() if label != "average"]
    width = 0.86 / len(TECHNIQUES)
    for rank, (_, _, name, color) in enumerate(TECHNIQUES):
        centers = np.arange(len(classes)) + width * (rank - (len(TECHNIQUES) - 1) / 2)
        axes.bar(
            centers, _of(mean, name, classes), width, yerr=_of(sd, name, classes), color=color, label=name, **WHISKERS
        )
        bar = average.bar(
            rank, _of(mean, name, ["average"]), 0.8, yerr=_of(sd, name, ["average"]), color=color, **WHISKERS
        )
        average.bar_label(bar, fmt="%.1f", fontsize=6.5, padding=1.5)
    axes.set(xlabel="original class label", ylabel="classification error in %", xticks=range(len(classes)))
    axes.set_ylim(bottom=0)
    axes.set_xticklabels(classes)
    axes.grid(visible=False, axis="x")
    average.set(xlabel="average", xticks=[])
    average.grid(visible=False, axis="x")
    figure.legend(
        *axes.get_legend_handles_labels(),
        loc="outside upper center",
        ncols=6,
        columnspacing=1.1,
        handlelength=1.1,
        fontsize=7.2,
    )
    save_figure(figure, data, paths, caption=caption)


def _of(statistic: pd.Series, technique: str, labels: list[str]) -> np.ndarray:
    return statistic.loc[[(technique, label) for label in labels]].to_numpy()


def digit_errors(scores: pd.DataFrame) -> pd.DataFrame:
    """Gather the error of each technique per original class label and over all images.

    Args:
        scores: of the score stage, with a subset per label.

    Returns:
        Columns ``technique, seed, label, error``; ``label`` is a digit or ``average``, ``error`` in percent.
    """
    table = complement(scores[(scores["factor"] == LABEL) & (scores["measure"] == "accuracy")], scale=100)
    labels = table["subset"].str.removeprefix("label=").replace("", "average")
    table = table.assign(label=labels, error=table["value"], average=table["subset"] == "")
    rows = []
    for network, probe, name, *_ in [*TECHNIQUES, *CONTROLS]:
        chosen = table[(table["representation"] == network) & (table["probe"] == probe)]
        rows.append(chosen.assign(technique=name).sort_values(["seed", "average", "label"], kind="stable"))
    return pd.concat(rows, ignore_index=True)[["technique", "seed", "label", "error"]]

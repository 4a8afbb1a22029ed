"""Figure 4: classification error per digit and on average, six techniques."""

from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.plots.style import BLACK, GREY, NETWORK_COLORS, VERMILION, new_figure, save_figure

# Model and column of its predictions, name, color; the paper's six, softmax for comparison in grays.
TECHNIQUES = [
    ("lenet", "mav", "LeNet-MAV", VERMILION),
    ("lenet", "per_angle_mav", "LeNet-per-angle-MAV", "#F3B98F"),
    ("mu_lenet", "mav", "µ-LeNet-MAV", NETWORK_COLORS["mu_lenet"]),
    ("pair_lenet", "mav", "PAIR-LeNet-MAV", NETWORK_COLORS["pair_lenet"]),
    ("lenet", "softmax", "LeNet-softmax", BLACK),
    ("pair_lenet", "softmax", "PAIR-LeNet-softmax", GREY),
]
# Controls that go beside them into the CSV file: as many means, without an angle or with a coarser estimate of it.
CONTROLS = [
    ("lenet", "label_angle_mav", "LeNet-MAV, label and angle means"),
    ("lenet", "per_angle_mav_pooled", "LeNet-per-angle-MAV, one angle regressor"),
    ("pair_lenet", "label_angle_mav", "PAIR-LeNet-MAV, label and angle means"),
]
WHISKERS = {"error_kw": {"elinewidth": 0.8, "ecolor": "#444444"}}


def draw_digit_errors(
    predictions: dict[tuple[str, int], str | Path], paths: dict[str, str | Path], *, about: str
) -> None:
    """Draw Figure 4 from the probes' predictions, by (model, seed)."""
    data = digit_errors({key: pd.read_parquet(path) for key, path in predictions.items()})
    figure, (axes, average) = new_figure(height=3.0, columns=2, width_ratios=[10, 2.3], sharey=True)
    over_seeds = data.groupby(["technique", "label"], sort=False)["error"]
    mean, sd = over_seeds.mean(), over_seeds.std()  # NaN, and not drawn, for a single seed
    classes = [label for label in data["label"].unique() if label != "average"]
    width = 0.86 / len(TECHNIQUES)
    for rank, (_, _, name, color) in enumerate(TECHNIQUES):
        place = np.arange(len(classes)) + width * (rank - (len(TECHNIQUES) - 1) / 2)
        axes.bar(place, mean[name][classes], width, yerr=sd[name][classes], color=color, label=name, **WHISKERS)
        bar = average.bar(rank, mean[name]["average"], 0.8, yerr=sd[name]["average"], color=color, **WHISKERS)
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
    save_figure(figure, data, paths, about=about)


def digit_errors(tables: dict[tuple[str, int], pd.DataFrame]) -> pd.DataFrame:
    """Compute the error of each technique per original class label and over all images.

    Args:
        tables: predictions by (model, seed).

    Returns:
        Columns ``technique, seed, label, error``; ``label`` is a digit or ``average``, ``error`` in percent.
    """
    rows = []
    for model, column, name, *_ in [*TECHNIQUES, *CONTROLS]:
        for (table_model, seed), table in tables.items():
            if table_model != model:
                continue
            wrong = (table[column] != table["label"]) * 100.0
            rows += [(name, seed, str(label), error) for label, error in wrong.groupby(table["label"]).mean().items()]
            rows.append((name, seed, "average", wrong.mean()))
    return pd.DataFrame(rows, columns=["technique", "seed", "label", "error"])

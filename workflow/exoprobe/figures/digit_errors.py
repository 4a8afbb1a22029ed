"""Figure 4: classification error per digit and on average, six techniques."""

from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.figures.style import BLACK, GREY, NETWORK_COLORS, VERMILION, new_figure, save_figure

# Model and column of its predictions, name, color, hatch; the paper's six, softmax for comparison in grays.
TECHNIQUES = [
    ("lenet", "mav", "LeNet-MAV", VERMILION, None),
    ("lenet", "per_angle_mav", "LeNet-per-angle-MAV", "#F3B98F", None),
    ("mu_lenet", "mav", "µ-LeNet-MAV", NETWORK_COLORS["mu_lenet"], None),
    ("pair_lenet", "mav", "PAIR-LeNet-MAV", NETWORK_COLORS["pair_lenet"], None),
    ("lenet", "softmax", "LeNet-softmax", BLACK, None),
    ("pair_lenet", "softmax", "PAIR-LeNet-softmax", GREY, None),
]


def draw_digit_errors(
    predictions: dict[tuple[str, int], str | Path], paths: dict[str, str | Path], *, about: str
) -> None:
    """Draw Figure 4 from the probes' predictions, by (model, seed)."""
    data = digit_errors({key: pd.read_parquet(path) for key, path in predictions.items()})
    figure, (axes, average) = new_figure(height=3.0, columns=2, width_ratios=[10, 2.3], sharey=True)
    mean = data.groupby(["technique", "label"], sort=False)["error"].mean()
    classes = [label for label in data["label"].unique() if label != "average"]
    width = 0.86 / len(TECHNIQUES)
    for rank, (_, _, name, color, _) in enumerate(TECHNIQUES):
        place = np.arange(len(classes)) + width * (rank - (len(TECHNIQUES) - 1) / 2)
        axes.bar(place, [mean[name, label] for label in classes], width, color=color, label=name)
        bar = average.bar(rank, mean[name, "average"], 0.8, color=color)
        average.bar_label(bar, fmt="%.1f", fontsize=6.5, padding=1.5)
    axes.set(xlabel="original class label", ylabel="classification error in %", xticks=range(len(classes)))
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
    for model, column, name, *_ in TECHNIQUES:
        for (table_model, seed), table in tables.items():
            if table_model != model:
                continue
            wrong = (table[column] != table["label"]) * 100.0
            rows += [
                (name, seed, str(label), error) for label, error in wrong.groupby(table["label"]).mean().items()
            ]
            rows.append((name, seed, "average", wrong.mean()))
    return pd.DataFrame(rows, columns=["technique", "seed", "label", "error"])

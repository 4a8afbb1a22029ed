"""Figure 3: the rotation angle predicted from ip1, per true angle and network."""

from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.samples import read_samples
from exoprobe.plots.representation_styles import GREY, NETWORK_COLORS, NETWORK_MARKERS, NETWORK_NAMES
from exoprobe.plots.style import new_figure, save_figure
from exoprobe.probes.predictions import Predictions

OFFSET = 0.15  # of the angles' distance, between the networks' markers, so that their bars do not hide each other


def draw_angle_prediction(
    samples: str | Path, predictions: dict[tuple[str, int], str | Path], paths: dict[str, str | Path], *, caption: str
) -> None:
    """Draw Figure 3.

    Args:
        samples: the rotated digits.
        predictions: files of the probe stage by model and seed.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        caption: likewise.
    """
    truth = pd.DataFrame(read_samples(samples, ["label", "angle"], "test"))
    data = angle_statistics(
        {
            run: truth.assign(predicted=Predictions(path)["", "linear_per_label", "angle"])
            for run, path in predictions.items()
        }
    )
    figure, axes = new_figure(height=3.4)
    angles = sorted(data["angle"].unique())
    axes.plot(angles, angles, color=GREY, linewidth=1, linestyle=(0, (4, 2)), label="perfect prediction", zorder=1)
    mean = data["angle"].drop_duplicates().mean()
    axes.axhline(mean, color=GREY, linewidth=1, linestyle=":", label="constant prediction (nothing left)", zorder=1)
    models = list(data["model"].unique())
    offset = OFFSET * np.diff(angles).min()
    for rank, model in enumerate(models):
        runs = data[data["model"] == model]
        rows = runs.groupby("angle", as_index=False)[["mean", "sd"]].mean()
        shift = offset * (rank - (len(models) - 1) / 2)
        axes.errorbar(
            rows["angle"] + shift,
            rows["mean"],
            yerr=rows["sd"],
            fmt=NETWORK_MARKERS[model],
            color=NETWORK_COLORS[model],
            label=f"{NETWORK_NAMES[model]} (mean ± SD)",
            capsize=2.5,
            elinewidth=1.1,
            zorder=3,
        )
        if runs["seed"].nunique() > 1:
            axes.plot(runs["angle"] + shift, runs["mean"], "_", color=NETWORK_COLORS[model], markersize=9, zorder=3)
    axes.set(xlabel="true rotation angle", ylabel="angle predicted from ip1", xticks=angles, yticks=angles)
    axes.xaxis.set_major_formatter("{x:g}°")
    axes.yaxis.set_major_formatter("{x:g}°")
    axes.legend(loc="upper left")
    save_figure(figure, data, paths, caption=caption)


def angle_statistics(tables: dict[tuple[str, int], pd.DataFrame]) -> pd.DataFrame:
    """Average the predicted angle per model, seed and true angle.

    As in the paper, mean and standard deviation are taken per label, then averaged over the labels.

    Args:
        tables: ``label``, ``angle`` and ``predicted`` (degrees) of the test rows, by model and seed.

    Returns:
        Columns ``model, seed, angle, mean, sd``, in degrees.
    """
    statistics = []
    for (model, seed), table in tables.items():
        per_label = table.groupby(["angle", "label"])["predicted"].agg(mean="mean", sd="std")
        averaged = per_label.groupby("angle").mean().reset_index()
        statistics.append(averaged.assign(model=model, seed=seed))
    return pd.concat(statistics)[["model", "seed", "angle", "mean", "sd"]].reset_index(drop=True)

"""How the networks' training went."""

from pathlib import Path

import pandas as pd
from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

from exoprobe.plots.representation_styles import NETWORK_COLORS, NETWORK_NAMES
from exoprobe.plots.style import new_figure, save_figure

MEASURE_LABELS = {"error": "validation error in %", "loss": "validation loss"}


def draw_training_curves(
    histories: dict[tuple[str, int], str | Path], paths: dict[str, str | Path], *, caption: str
) -> None:
    """Draw training loss and validation measure of every model, a line per seed, from their histories."""
    data = pd.concat(
        [pd.read_parquet(path).assign(model=model, seed=seed) for (model, seed), path in histories.items()]
    )
    models = list(data["model"].unique())
    figure, panels = new_figure(2, len(models), height=3.8, sharex="col", squeeze=False)
    for column, model in enumerate(models):
        loss, validation = panels[0][column], panels[1][column]
        rows = data[data["model"] == model]
        measure = rows["measure"].iloc[0]
        scale = 100 if measure == "error" else 1
        for _, line in rows.groupby("seed"):
            color = NETWORK_COLORS[model]
            styles = line.dropna(subset="validation")
            loss.plot(line["step"], line["loss"], color=color)
            validation.plot(styles["step"], scale * styles["validation"], color=color, marker="o", markersize=3)
            best = styles[styles["best"]].iloc[-1]
            validation.plot(
                best["step"],
                scale * best["validation"],
                marker="*",
                markersize=11,
                color=color,
                markeredgecolor="white",
            )
        loss.set(title=NETWORK_NAMES[model], yscale="log", ylabel="training loss" if column == 0 else "")
        loss.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        loss.yaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        loss.yaxis.set_minor_formatter(NullFormatter())
        validation.set(xlabel="step", ylabel=MEASURE_LABELS[measure])
        validation.set_ylim(bottom=0)
        validation.set_xlim(left=0)
    save_figure(figure, data, paths, caption=caption)

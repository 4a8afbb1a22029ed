"""Figure 6: scree diagrams of the three feature spaces."""

from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.datasets.samples import read_samples
from exoprobe.datasets.split_features import read_split_features
from exoprobe.evaluation.spectrum import min_max_normalize, singular_values
from exoprobe.plots.representation_styles import GREY, NETWORK_COLORS, NETWORK_NAMES
from exoprobe.plots.style import new_figure, save_figure

SHOWN = 40


def compute_scree(samples: str | Path, features: dict[tuple[str, int], str | Path]) -> pd.DataFrame:
    """Compute the spectra of the test features.

    Args:
        samples: the dataset.
        features: feature files by (model, seed).

    Returns:
        Columns ``model, seed, index, singular_value, explained_variance``, the first 40 of each; the last
        column is the fraction of the total variance.
    """
    tables = []
    for (model, seed), path in features.items():
        values = singular_values(min_max_normalize(read_split_features(samples, path, "test")))
        explained = values**2 / (values**2).sum()
        index = np.arange(1, len(values) + 1)
        columns = {"index": index, "singular_value": values, "explained_variance": explained}
        tables.append(pd.DataFrame({"model": model, "seed": seed, **columns}).head(SHOWN))
    return pd.concat(tables)


def draw_scree(
    samples: str | Path,
    features: dict[tuple[str, int], str | Path],
    paths: dict[str, str | Path],
    *,
    caption: str,
) -> None:
    """Draw Figure 6 from the feature files, by (model, seed)."""
    data = compute_scree(samples, features)
    models = list(data["model"].unique())
    classes = len(np.unique(read_samples(samples, ["label"], "test")["label"]))
    figure, panels = new_figure(columns=len(models), height=2.5, sharey=True, squeeze=False)
    for axes, model in zip(panels[0], models, strict=True):
        rows = data[data["model"] == model]
        for _, line in rows.groupby("seed"):
            axes.plot(line["index"], line["singular_value"], color=NETWORK_COLORS[model], marker="o", markersize=2.6)
        axes.axvline(classes - 0.5, color=GREY, linewidth=1, linestyle=(0, (4, 2)))
        first = rows[rows["index"] < classes].groupby("seed")["explained_variance"].sum().mean()
        axes.text(
            classes + 0.2,
            0.97,
            f"ideal rank: {classes - 1}\n{first:.0%} of the variance\nlies to the left",
            transform=axes.get_xaxis_transform(),
            va="top",
            fontsize=7.2,
            color="#444444",
        )
        axes.set(title=NETWORK_NAMES[model], xlabel="singular vector", yscale="log", xlim=(0, SHOWN + 1))
    panels[0][0].set_ylabel("singular value")
    save_figure(figure, data, paths, caption=caption)

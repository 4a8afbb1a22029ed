"""Nonlinear and linear probes compared: the rotation of digits, the pose of faces."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes

from exoprobe.evaluation.pose_errors import ABS_YAW, TOTAL
from exoprobe.evaluation.trade_off import over_seeds, rmse_by
from exoprobe.plots.representation_styles import BLUE, GREEN, GREY, VERMILION
from exoprobe.plots.style import new_figure, save_figure

# By probe: its name, color and marker.
STYLES = {
    "linear": ("linear", BLUE, "o"),
    "linear_per_label": ("linear, one per label", "#56B4E9", "s"),
    "fourier": ("Fourier features", VERMILION, "D"),
    "mlp": ("MLP", GREEN, "^"),
}
SPREAD = 0.6  # of a row's height, taken by the probes
HEADS, ROW = 0.9, 0.34  # inches
CONSTANT: dict[str, Any] = {"color": GREY, "linewidth": 1, "linestyle": (0, (4, 2)), "zorder": 1}


def draw_probe_errors(
    digits: pd.DataFrame,
    faces: pd.DataFrame,
    paths: dict[str, str | Path],
    *,
    networks: Mapping[str, str],
    representations: Mapping[str, str],
    caption: str,
) -> None:
    """Draw each probe's error of every network and of every representation of faces.

    Args:
        digits: of :func:`exoprobe.evaluation.trade_off.trade_off`.
        faces: of :func:`exoprobe.evaluation.pose_errors.pose_errors`.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        networks: titles, in their order.
        representations: likewise.
        caption: see :func:`exoprobe.plots.style.save_figure`.
    """
    data = gather_errors(digits, faces)
    rows = max(len(networks), len(representations))
    figure, (left, right) = new_figure(columns=2, height=HEADS + ROW * rows)
    _draw(left, data[data["dataset"] == "digits"], networks)
    _draw(right, data[data["dataset"] == "faces"], representations)
    left.set_xlabel("error of the rotation angle, RMSE in degrees")
    right.set_xlabel("error of |yaw|, mean absolute, in degrees")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=5, fontsize=7.2)
    save_figure(figure, data, paths, caption=caption)


def gather_errors(digits: pd.DataFrame, faces: pd.DataFrame) -> pd.DataFrame:
    """Put both tables together.

    Returns:
        A row per representation and probe: ``dataset`` (``digits`` or ``faces``), ``name``, ``probe``, ``value``,
        ``low`` and ``high`` (95 %: of digits over training seeds, or, where there is one, over source digits; of faces
        over identities), ``seeds``, ``constant`` (the error of a constant prediction).
    """
    keys = ["representation", "measure"]
    as_trained = digits[~digits["erased"]]
    summary = over_seeds(as_trained).rename(columns={"mean": "value", "n": "seeds"}).set_index(keys)
    single = as_trained.groupby(keys)[["low", "high"]].mean()  # where there is one seed, its own interval
    summary = summary.fillna({end: single[end] for end in ("low", "high")})
    tables = []
    for probe in STYLES:
        errors = summary.xs(rmse_by(probe), level="measure")[["value", "low", "high", "seeds"]]
        constant = summary.xs(rmse_by("constant"), level="measure")["value"]
        tables.append(errors.assign(constant=constant, probe=probe, dataset="digits").reset_index())
    names = {"mae": "value", "mae_low": "low", "mae_high": "high", "constant_mae": "constant"}
    total = faces[(faces["target"] == ABS_YAW) & (faces["range"] == TOTAL)]
    tables.append(total.rename(columns=names).assign(dataset="faces"))
    joined = pd.concat(tables, ignore_index=True).rename(columns={"representation": "name"})
    return joined[["dataset", "name", "probe", "value", "low", "high", "seeds", "constant"]]


def _draw(axes: Axes, data: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """Draw a row per title, its probes one below the other."""
    shown = {probe: style for probe, style in STYLES.items() if (data["probe"] == probe).any()}
    for rank, (probe, (name, color, marker)) in enumerate(shown.items()):
        rows = data[data["probe"] == probe].set_index("name").loc[list(titles)]
        heights = [row + SPREAD * ((rank + 0.5) / len(shown) - 0.5) for row in range(len(titles))]
        axes.hlines(heights, rows["low"], rows["high"], color=color, linewidth=1.1)
        axes.plot(rows["value"], heights, marker, color=color, label=name, zorder=3)
    axes.axvline(data["constant"].mean(), label="constant prediction", **CONSTANT)
    axes.set_yticks(range(len(titles)), list(titles.values()))
    axes.set(ylim=(len(titles) - 0.5, -0.5))
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")

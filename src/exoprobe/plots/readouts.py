"""What nonlinear readouts find beyond a linear one: the rotation of digits, the pose of faces."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes

from exoprobe.evaluation.trade_off import over_seeds, rmse_by
from exoprobe.plots.style import BLUE, GREEN, GREY, VERMILION, new_figure, save_figure

# By readout: its name, color and marker.
LOOKS = {
    "linear": ("linear", BLUE, "o"),
    "linear_per_label": ("linear, one per label", "#56B4E9", "s"),
    "fourier": ("Fourier features", VERMILION, "D"),
    "mlp": ("MLP", GREEN, "^"),
}
SPREAD = 0.6  # of a row's height, taken by the readouts
HEADS, ROW = 0.9, 0.34  # inches
CONSTANT = {"color": GREY, "linewidth": 1, "linestyle": (0, (4, 2)), "zorder": 1}


def draw_readouts(
    digits: pd.DataFrame,
    faces: pd.DataFrame,
    paths: dict[str, str | Path],
    *,
    variants: Mapping[str, str],
    representations: Mapping[str, str],
    about: str,
) -> None:
    """Draw each readout's error of every variant and of every representation of faces.

    Args:
        digits: of :func:`exoprobe.evaluation.trade_off.trade_off`.
        faces: of :func:`exoprobe.evaluation.pose_errors.pose_errors_by_readout`.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        variants: titles, in their order.
        representations: likewise.
        about: see :func:`exoprobe.plots.style.save_figure`.
    """
    data = gather_errors(digits, faces)
    rows = max(len(variants), len(representations))
    figure, (left, right) = new_figure(columns=2, height=HEADS + ROW * rows)
    _draw(left, data[data["of"] == "digits"], variants)
    _draw(right, data[data["of"] == "faces"], representations)
    left.set_xlabel("error of the rotation angle, RMSE in degrees")
    right.set_xlabel("error of |yaw|, mean absolute, in degrees")
    figure.legend(*left.get_legend_handles_labels(), loc="outside upper center", ncols=5, fontsize=7.2)
    save_figure(figure, data, paths, about=about)


def gather_errors(digits: pd.DataFrame, faces: pd.DataFrame) -> pd.DataFrame:
    """Put both tables together.

    Returns:
        A row per variant or representation and readout: ``of`` (``digits`` or ``faces``), ``name``, ``readout``,
        ``value``, ``low`` and ``high`` (95 %: of digits over training seeds, or, where there is one, over source
        digits; of faces over people), ``seeds``, ``constant`` (the error of a constant answer).
    """
    seen = digits[~digits["erased"]]
    summary = over_seeds(seen)
    single = seen.groupby(["variant", "measure"])[["low", "high"]].mean()  # where there is one seed, its own
    summary = summary.rename(columns={"mean": "value", "variant": "name", "n": "seeds"}).set_index(
        ["name", "measure"]
    )
    summary = summary.fillna({side: single[side].rename_axis(["name", "measure"]) for side in ("low", "high")})
    parts = []
    for readout in LOOKS:
        part = summary.xs(rmse_by(readout), level="measure")[["value", "low", "high", "seeds"]]
        constant = summary.xs(rmse_by("constant"), level="measure")["value"]
        parts.append(part.assign(constant=constant, readout=readout, of="digits").reset_index())
    names = {
        "representation": "name",
        "mae": "value",
        "mae_low": "low",
        "mae_high": "high",
        "constant_mae": "constant",
    }
    parts.append(faces.rename(columns=names).assign(of="faces"))
    return pd.concat(parts, ignore_index=True)[["of", "name", "readout", "value", "low", "high", "seeds", "constant"]]


def _draw(axes: Axes, data: pd.DataFrame, titles: Mapping[str, str]) -> None:
    """Draw a row per title, its readouts one below the other."""
    shown = {readout: look for readout, look in LOOKS.items() if (data["readout"] == readout).any()}
    for rank, (readout, (name, color, marker)) in enumerate(shown.items()):
        rows = data[data["readout"] == readout].set_index("name").loc[list(titles)]
        places = [place + SPREAD * ((rank + 0.5) / len(shown) - 0.5) for place in range(len(titles))]
        axes.hlines(places, rows["low"], rows["high"], color=color, linewidth=1.1)
        axes.plot(rows["value"], places, marker, color=color, label=name, zorder=3)
    axes.axvline(data["constant"].mean(), label="constant answer", **CONSTANT)
    axes.set_yticks(range(len(titles)), list(titles.values()))
    axes.set(ylim=(len(titles) - 0.5, -0.5))
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")

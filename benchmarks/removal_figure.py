"""The figure of benchmarks.removal_curve."""

from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from exoprobe.io.files import atomic_write
from exoprobe.plots.style import new_figure

RECOGNITION = {"label_accuracy": "label accuracy", "equal_error_rate": "equal error rate"}
FLOOR = "nothing but sex"  # no eraser: what is predicted without the features
MARKERS = "os^DvP"


def best_probes(table: pd.DataFrame) -> pd.DataFrame:
    """Return the rows of skill of the probe with the highest, for each dataset, factor, eraser and strength."""
    skills = table[table["measure"] == "skill"].reset_index(drop=True)
    return skills.loc[skills.groupby(["dataset", "factor", "eraser", "strength"], sort=False)["value"].idxmax()]


def draw_removal_curve(table: pd.DataFrame, path: Path) -> None:
    """Draw the skill of the best fresh probe against recognition, a panel per factor, a line per eraser.

    Args:
        table: of :mod:`benchmarks.removal_curve`.
        path: the PNG file.
    """
    keys = ["dataset", "factor", "eraser", "strength"]
    best = best_probes(table)
    factors = list(best[["dataset", "factor"]].drop_duplicates().itertuples(index=False))
    erasers = [name for name in best["eraser"].unique() if name != FLOOR]
    figure, panels = new_figure(columns=len(factors), height=2.9, squeeze=False)
    for axes, (dataset, factor) in zip(panels[0], factors, strict=True):
        rows = best[(best["dataset"] == dataset) & (best["factor"] == factor)]
        of_factor = table[(table["dataset"] == dataset) & (table["factor"] == factor)]
        measure = next(name for name in RECOGNITION if name in set(of_factor["measure"]))
        joined = rows.merge(of_factor[of_factor["measure"] == measure], on=keys, suffixes=("", "_of"))
        for level in joined.loc[joined["eraser"] == FLOOR, "value"]:
            axes.axhline(level, color="gray", linestyle="--", linewidth=0.8, label=FLOOR)
        for eraser, points in joined[joined["eraser"] != FLOOR].groupby("eraser", sort=False):
            number = erasers.index(eraser)
            style = {"marker": MARKERS[number], "color": f"C{number}", "linewidth": 0.8, "elinewidth": 0.6}
            skill = [points["value"] - points["low"], points["high"] - points["value"]]
            cost = [points["value_of"] - points["low_of"], points["high_of"] - points["value_of"]]
            axes.errorbar(points["value_of"], points["value"], yerr=skill, xerr=cost, label=eraser, **style)
        axes.axhline(0, color="gray", linewidth=0.8)
        axes.set(title=f"{dataset}: {factor}", xlabel=RECOGNITION[measure])
    panels[0][0].set_ylabel("skill of the best fresh probe")
    handles = {label: handle for axes in panels[0] for handle, label in zip(*axes.get_legend_handles_labels())}  # noqa: B905
    figure.legend(handles.values(), handles, loc="outside upper center", ncols=4, fontsize=7)
    with atomic_write(path) as temporary:
        figure.savefig(temporary, format="png")


def markdown(table: pd.DataFrame) -> Iterator[str]:
    """Yield the lines of a table for each factor: what each probe reaches after each eraser, and recognition."""
    for (dataset, factor), rows in table.groupby(["dataset", "factor"], sort=False):
        kind = "mae" if "mae" in set(rows["measure"]) else "skill"
        probes = list(rows.loc[rows["probe"] != "", "probe"].unique())
        measures = list(rows.loc[rows["probe"] == "", "measure"].unique())
        yield f"{dataset}, {factor}: {kind}"
        yield "| " + " | ".join(["eraser", *probes, *(name.replace("_", " ") for name in measures)]) + " |"
        yield "|---" * (1 + len(probes) + len(measures)) + "|"
        for (eraser, strength), of_eraser in rows.groupby(["eraser", "strength"], sort=False):
            wanted = [(probe, kind) for probe in probes] + [("", measure) for measure in measures]
            cells = of_eraser.set_index(["probe", "measure"])
            shown = [f"{cells.at[key, 'value']:.3f} [{cells.at[key, 'low']:.3f}, {cells.at[key, 'high']:.3f}]"
                     for key in wanted]  # fmt: skip
            yield "| " + " | ".join([f"{eraser} {strength:g}", *shown]) + " |"

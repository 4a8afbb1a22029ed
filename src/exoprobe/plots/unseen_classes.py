"""Recognition of classes that a network was not trained on: ROC curves, equal error rates and rank-1 errors."""

from collections.abc import Mapping
from pathlib import Path

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from exoprobe.plots.representation_styles import BLACK, Style, representation_styles
from exoprobe.plots.style import empty_figure, save_figure

LINE, REST = 0.2, 1.25  # inches: of a variant, and of a dataset's panels beside its variants
SEEN_MARKS = {"seen": "|", "when_seen": "x"}  # of classes for comparison, drawn small
SEEN_NAMES = {
    "seen": "classes trained on",
    "when_seen": "the unseen classes, had they been trained on",
}
LOWER = 0.27  # of a line's height: how far below the unseen classes the others are drawn
MARKS = slice(0, None, 6)  # of the points of a ROC curve


def draw_unseen_classes(
    tables: Mapping[str, pd.DataFrame],
    paths: dict[str, str | Path],
    *,
    names: Mapping[str, Mapping[str, str]],
    controls: list[str],
    caption: str,
) -> None:
    """Draw the figure, a row of panels per dataset.

    Args:
        tables: of :func:`exoprobe.evaluation.unseen_digits.unseen_digits` and of ``unseen_identities``, by the title
            of their dataset.
        paths: see :func:`exoprobe.plots.style.save_figure`.
        names: by the same titles, the name to show for each variant, in their order; the first, of one dataset or
            of another, style the same.
        controls: variants that have learned nothing.
        caption: see :func:`exoprobe.plots.style.save_figure`.
    """
    styles = representation_styles(dict.fromkeys(key for shown in names.values() for key in shown), controls)
    heights = [REST + LINE * len(names[title]) for title in tables]
    figure = empty_figure(sum(heights) + 0.35)
    rows = figure.subfigures(len(tables), 1, height_ratios=heights, squeeze=False)[:, 0]
    for row, (title, table) in zip(rows, tables.items(), strict=True):
        row.suptitle(title, fontsize=9, x=0.01, ha="left")
        curve, *dots = row.subplots(1, 4, width_ratios=[1.7, 1, 1, 1])
        _draw_curves(curve, table, styles, names[title])
        fewest, most = _enrolled(table)
        for axes, (measure, enrolled, label) in zip(
            dots,
            [
                ("equal_error_rate", "", "equal error rate, %"),
                ("rank_1", fewest, f"rank-1 error, %\n{_images(fewest)} enrolled"),
                ("rank_1", most, f"rank-1 error, %\n{most} enrolled"),
            ],
            strict=True,
        ):
            _draw_dots(axes, _errors(table, measure, enrolled), styles, list(names[title]))
            axes.set_xlabel(label)
            axes.set_yticklabels(names[title].values() if axes is dots[0] else [])
    classes = {name for table in tables.values() for name in table["classes"]}
    _draw_legend(figure, [name for name in SEEN_MARKS if name in classes])
    data = pd.concat([table.assign(dataset=title) for title, table in tables.items()], ignore_index=True)
    save_figure(figure, data[["dataset", *data.columns.drop("dataset")]], paths, caption=caption)


def _draw_curves(axes: Axes, table: pd.DataFrame, styles: Mapping[str, Style], shown: Mapping[str, str]) -> None:
    """Draw the mean ROC curve of each variant on the unseen classes."""
    curves = table[(table["measure"] == "true_match_rate") & (table["classes"] == "unseen")]
    means = curves.groupby(["variant", "false_match_rate"])["value"].mean()
    for name in shown:
        axes.plot(means[name], markevery=MARKS, markersize=3.4, linewidth=1.1, **styles[name])
    axes.set(xscale="log", ylim=(0, 101), xlim=(curves["false_match_rate"].min(), 100))
    axes.set(xlabel="false match rate, %", ylabel="true match rate, %")
    axes.xaxis.set_major_formatter("{x:g}")


def _errors(table: pd.DataFrame, measure: str, enrolled: str) -> pd.DataFrame:
    """Return a measure's rows, rates of right answers as errors."""
    rows = table[(table["measure"] == measure) & (table["enrolled"] == enrolled)]
    if measure != "rank_1":
        return rows
    return rows.assign(value=100 - rows["value"], low=100 - rows["high"], high=100 - rows["low"])


def _draw_dots(axes: Axes, rows: pd.DataFrame, styles: Mapping[str, Style], shown: list[str]) -> None:
    """Draw each variant's mean over seeds, each seed's value faintly, and the seeds' mean interval."""
    values = ["value", "low", "high"]
    for row, name in enumerate(shown):
        of_variant, color = rows[rows["variant"] == name].set_index("classes"), styles[name]["color"]
        unseen = of_variant.loc[["unseen"], values]
        mean = unseen.mean()
        axes.plot([mean["low"], mean["high"]], [row, row], color=color, linewidth=1)
        if len(unseen) > 1:
            axes.plot(unseen["value"], [row] * len(unseen), ".", color=color, alpha=0.4, markersize=3)
        axes.plot(mean["value"], row, linestyle="none", markersize=4.6, **styles[name])
        for classes, mark in SEEN_MARKS.items():
            if classes in of_variant.index:
                value = of_variant.loc[[classes], "value"].mean()
                axes.plot(value, row + LOWER, mark, color=color, markersize=4, markeredgewidth=1.1)
    axes.set_yticks(range(len(shown)))
    axes.set(ylim=(len(shown) - 0.4, -0.6))
    axes.set_xlim(left=0)
    axes.tick_params(axis="y", length=0)
    axes.grid(visible=False, axis="y")


def _enrolled(table: pd.DataFrame) -> tuple[str, str]:
    """Return the first and the last of the numbers of enrolled images that the table has."""
    numbers = table.loc[table["measure"] == "rank_1", "enrolled"]
    return numbers.iloc[0], numbers.iloc[-1]


def _images(enrolled: str) -> str:
    return {"1": "1 image", "all": "all"}.get(enrolled, f"{enrolled} images")


def _draw_legend(figure: Figure, seen: list[str]) -> None:
    marks = {"unseen classes": "o", **{SEEN_NAMES[name]: SEEN_MARKS[name] for name in seen}}
    handles = [
        Line2D([], [], color=BLACK, marker=mark, linestyle="none", markersize=4.4, label=name)
        for name, mark in marks.items()
    ]
    figure.legend(handles=handles, loc="outside upper right", ncols=len(handles), fontsize=7.2)

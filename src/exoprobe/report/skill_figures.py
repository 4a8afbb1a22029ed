"""Figures of the probes' skill."""

from collections.abc import Sequence

import pandas as pd

from exoprobe.report.figure import Figure, dots_with_whiskers, hints, quantity
from exoprobe.report.wording import significant

METRIC = {"binary": "balanced_accuracy", "categorical": "balanced_accuracy", "continuous": "mae", "angle": "mae"}
METRIC_TITLES = {
    "binary": "balanced accuracy",
    "categorical": "balanced accuracy",
    "continuous": "mean absolute error",
    "angle": "mean absolute error, degrees",
}


def draw_differences(differences: pd.DataFrame) -> Figure:
    """Draw the difference in skill between two representations for each factor; the page chooses the two.

    Args:
        differences: rows of the table differences of one probe, a row per factor and pair.
    """
    tooltip = hints(factor="factor", difference="difference|+.2f", low="from|+.2f", high="to|+.2f")
    value = quantity("difference", "difference of skill")
    spec = dots_with_whiskers(differences["factor"], value, "low", "high", (), tooltip)
    caption = (
        "Skill of the linear probe on the first representation minus that on the second, with paired 95 % intervals: "
        "both are scored on the same bootstrap samples. Where an interval includes 0, the data do not show which is "
        "higher."
    )
    columns = ["representation", "other", "factor", "difference", "low", "high"]
    return Figure("differences", caption, spec, differences[columns].round(3))  # pairs are many


def draw_probes(scores: pd.DataFrame, kind: str, titles: Sequence[str]) -> Figure:
    """Draw what each probe of a factor reaches, in the metric of its kind, compared with the best constant.

    Args:
        scores: rows of the table scores of this factor, with representations' titles.
        kind: the factor's.
        titles: of the representations, in their order.
    """
    metric = METRIC[kind]
    error = scores["baseline_error"].iloc[0]
    constant = 1 - error if metric == "balanced_accuracy" else error
    form = ".3f" if metric == "balanced_accuracy" else ".3s" if constant >= 1000 else ".3g"
    tooltip = hints(
        representation="representation", probe="probe", **{metric: f"{metric.replace('_', ' ')}|{form}"},
        **{f"{metric}_low": f"from|{form}", f"{metric}_high": f"to|{form}"}, skill="skill|.2f",
    )  # fmt: skip
    value = quantity(metric, METRIC_TITLES[kind])
    low, high = f"{metric}_low", f"{metric}_high"
    if scores["representation"].is_unique and len(titles) > 1:  # a row each, named directly
        spec = dots_with_whiskers(scores["representation"], value, low, high, (), tooltip, constant)
        which = "The best probe of each representation"
    else:
        spec = dots_with_whiskers(scores["probe"], value, low, high, titles, tooltip, constant)
        which = "Each probe"
    better = "Higher" if metric == "balanced_accuracy" else "Lower"
    reached = f"{which} on the test rows, with 95 % intervals. {better} is better."
    caption = f"{reached} Dashed: the best constant, {significant(constant)}."
    columns = ["representation", "probe", metric, f"{metric}_low", f"{metric}_high", "baseline_error", "skill"]
    return Figure("probes", caption, spec, scores[columns])

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


def draw_skills(verdicts: pd.DataFrame, titles: Sequence[str]) -> Figure:
    """Draw the best probe's skill of each factor and representation.

    Args:
        verdicts: rows of the table verdicts, with representations' titles.
        titles: of the representations, in their order.
    """
    columns = ["factor", "representation", "verdict", "probe", "skill", "skill_low", "skill_high", "p_holm"]
    tooltip = hints(
        factor="factor", representation="representation", verdict="verdict", probe="probe", skill="skill|.2f",
        skill_low="from|.2f", skill_high="to|.2f", p_holm="p (Holm)|.2g",
    )  # fmt: skip
    rows, value = verdicts["factor"], quantity("skill", "skill")
    spec = dots_with_whiskers(rows, value, "skill_low", "skill_high", titles, tooltip)
    caption = "Skill of the best probe for each factor, with 95 % intervals. Dashed: a constant prediction."
    return Figure("skill", caption, spec, verdicts[columns])


def draw_differences(differences: pd.DataFrame, first: str, second: str) -> Figure:
    """Draw the difference in skill between two representations for each factor.

    Args:
        differences: rows of the table differences of this pair, one per factor.
        first: title of a representation.
        second: of another, subtracted.
    """
    tooltip = hints(factor="factor", probe="probe", difference="difference|+.2f", low="from|+.2f", high="to|+.2f")
    value = quantity("difference", "difference of skill")
    spec = dots_with_whiskers(differences["factor"], value, "low", "high", (), tooltip)
    caption = (
        f"Right of the line the skill is higher from {first}, left of it from {second}. The intervals are paired: both "
        "representations are scored on the same bootstrap samples."
    )
    columns = ["factor", "probe", "difference", "low", "high"]
    return Figure(f"difference {first} {second}", caption, spec, differences[columns])


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
    spec = dots_with_whiskers(scores["probe"], value, f"{metric}_low", f"{metric}_high", titles, tooltip, constant)
    better = "Higher" if metric == "balanced_accuracy" else "Lower"
    reached = f"Each probe on the test rows, with 95 % intervals. {better} is better."
    caption = f"{reached} Dashed: the best constant, {significant(constant)}."
    columns = ["representation", "probe", metric, f"{metric}_low", f"{metric}_high", "baseline_error", "skill"]
    return Figure("probes", caption, spec, scores[columns])

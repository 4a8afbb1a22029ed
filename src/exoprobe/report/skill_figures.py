"""Figures of how much the readouts find."""

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
    """Draw the best readout's skill of each factor and representation.

    Args:
        verdicts: rows of the table verdicts, with representations' titles.
        titles: of the representations, in their order.
    """
    columns = ["factor", "representation", "verdict", "readout", "skill", "skill_low", "skill_high", "p_holm"]
    tooltip = hints(
        factor="factor", representation="representation", verdict="verdict", readout="readout", skill="skill|.2f",
        skill_low="from|.2f", skill_high="to|.2f", p_holm="p (Holm)|.2g",
    )  # fmt: skip
    rows, value = verdicts["factor"], quantity("skill", "skill")
    spec = dots_with_whiskers(rows, value, "skill_low", "skill_high", titles, tooltip)
    caption = "Skill of the best readout for each factor, with 95 % intervals. Dashed: what a constant reaches."
    return Figure("skill", caption, spec, verdicts[columns])


def draw_differences(differences: pd.DataFrame, one: str, other: str) -> Figure:
    """Draw by how much more one representation tells of each factor than another.

    Args:
        differences: rows of the table differences of this pair, one per factor.
        one: title of the first representation.
        other: title of the second.
    """
    tooltip = hints(factor="factor", readout="readout", difference="difference|+.2f", low="from|+.2f", high="to|+.2f")
    value = quantity("difference", "difference of skill")
    spec = dots_with_whiskers(differences["factor"], value, "low", "high", (), tooltip)
    caption = (
        f"Right of the line {one} tells more, left of it {other}. The intervals are paired: both representations "
        "are scored on the same drawn groups."
    )
    columns = ["factor", "readout", "difference", "low", "high"]
    return Figure(f"difference {one} {other}", caption, spec, differences[columns])


def draw_readouts(leakage: pd.DataFrame, kind: str, titles: Sequence[str]) -> Figure:
    """Draw what each readout of a factor reaches, in the metric of its kind, beside the best constant.

    Args:
        leakage: rows of the table leakage of this factor, with representations' titles.
        kind: the factor's.
        titles: of the representations, in their order.
    """
    metric = METRIC[kind]
    error = leakage["baseline_error"].iloc[0]
    constant = 1 - error if metric == "balanced_accuracy" else error
    form = ".3f" if metric == "balanced_accuracy" else ".3s" if constant >= 1000 else ".3g"
    tooltip = hints(
        representation="representation", readout="readout", **{metric: f"{metric.replace('_', ' ')}|{form}"},
        **{f"{metric}_low": f"from|{form}", f"{metric}_high": f"to|{form}"}, skill="skill|.2f",
    )  # fmt: skip
    value = quantity(metric, METRIC_TITLES[kind])
    spec = dots_with_whiskers(leakage["readout"], value, f"{metric}_low", f"{metric}_high", titles, tooltip, constant)
    tells = "Higher" if metric == "balanced_accuracy" else "Lower"
    reached = f"What each readout reaches on the test rows, with 95 % intervals. {tells} values tell more."
    caption = f"{reached} Dashed: the best constant, {significant(constant)}."
    columns = ["representation", "readout", metric, f"{metric}_low", f"{metric}_high", "baseline_error", "skill"]
    return Figure("readouts", caption, spec, leakage[columns])

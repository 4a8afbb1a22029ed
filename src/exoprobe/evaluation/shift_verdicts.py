"""The rule by which the numbers of :mod:`exoprobe.evaluation.shift` become a verdict."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from exoprobe.evaluation.beyond_verdicts import MIN_GROUPS
from exoprobe.evaluation.permutation import holm
from exoprobe.evaluation.permutation_count import SIGNIFICANT
from exoprobe.evaluation.rare_categories import MIN_RAREST_GROUPS
from exoprobe.evaluation.verdicts import INCONCLUSIVE

HURTS, NO_DROP, NOT_SEPARABLE = "hurts", "no drop shown", "not separable"
COLUMNS = [
    *("factor", "kind", "representation", "control", "levels", "left_out"),
    *("label_skill", "label_low", "label_high", "factor_skill"),
    *("seen", "seen_low", "seen_high", "unseen", "unseen_low", "unseen_high", "drop", "drop_low", "drop_high"),
    *("p", "p_holm", "worst", "worst_drop", "apd", "apd_low", "apd_high", "nipd", "nipd_low", "nipd_high"),
    *("verdict", "reason", "rows", "groups"),
]

Row = Mapping[Any, Any]  # of a table


def judge_shift(table: pd.DataFrame, controls: Collection[str], margin: float) -> pd.DataFrame:
    """Judge whether factors hurt the label.

    Args:
        table: of :func:`exoprobe.evaluation.shift.shift_table`, with a column ``representation``.
        controls: representations that have learned nothing.
        margin: drop in skill below which none matters.

    Returns:
        The columns :data:`COLUMNS`. P-values are corrected over all rows (Holm).
    """
    judged = table.assign(p_holm=holm(table["p"].to_numpy(float)), control=table["representation"].isin(controls))
    results = [_judge(row, margin) for row in judged.to_dict("records")]
    return judged.assign(**{name: [result[name] for result in results] for name in ("verdict", "reason")})[COLUMNS]


def _judge(row: Row, margin: float) -> dict[str, str]:
    if not row["rows"]:
        reason = f"no values of {row['factor']} have two labels each that other values have too"
        return {"verdict": NOT_SEPARABLE, "reason": reason}
    if row["groups"] < MIN_GROUPS:
        return {"verdict": INCONCLUSIVE, "reason": f"only {int(row['groups'])} test groups; {MIN_GROUPS} are needed"}
    if np.isnan(row["drop_high"]):
        reason = f"the rarest label is in fewer than {MIN_RAREST_GROUPS} test groups"
        return {"verdict": INCONCLUSIVE, "reason": reason}
    significant, small = row["p_holm"] <= SIGNIFICANT, row["drop_high"] < margin
    if significant and row["drop_low"] > 0:
        by = f", but by less than {margin:g}" if small else ""
        reason = f"the label's skill is lower on values of {row['factor']} that training has not seen{by}"
        return {"verdict": HURTS, "reason": reason}
    if not row["seen_low"] > 0:
        return {
            "verdict": INCONCLUSIVE,
            "reason": "the label is not surely predicted at all, so that nothing can be lost",
        }
    if small:
        reason = f"on unseen values of {row['factor']} the label's skill falls by less than {margin:g}"
        return {"verdict": NO_DROP, "reason": reason}
    if significant or row["drop_low"] > 0:
        return {"verdict": INCONCLUSIVE, "reason": "the p-value, as corrected, and the interval of the drop disagree"}
    reason = f"not significant, but the skill may fall by {row['drop_high']:.2f}; more groups are needed"
    return {"verdict": INCONCLUSIVE, "reason": reason}

"""The rule by which the numbers of :mod:`exoprobe.evaluation.beyond` become a verdict."""

from collections.abc import Collection, Mapping
from typing import Any

import numpy as np
import pandas as pd

from exoprobe.datasets.units import Unit
from exoprobe.evaluation.permutation import holm
from exoprobe.evaluation.permutation_count import SIGNIFICANT
from exoprobe.evaluation.rare_categories import MIN_RAREST_GROUPS
from exoprobe.evaluation.verdicts import INCONCLUSIVE, NO_EVIDENCE, unit_fault

Row = Mapping[Any, Any]  # of a table

BEYOND, THROUGH, NOT_SEPARABLE = "encoded beyond", "only through", "not separable from"  # followed by the given columns
SUGGESTIVE = 0.01  # a smaller p-value reassures nobody, corrected or not
MIN_GROUPS = 10  # in test; of fewer, random signs are too few
LEAST_UNEXPLAINED = 0.01  # of a factor's variance; less is rounding, mistakes, or the rest of a curve
COLUMNS = [
    *("factor", "kind", "representation", "control", "given", "source", "given_skill", "skill"),
    *("beyond", "beyond_low", "beyond_high", "bits", "bits_low", "bits_high", "p", "p_holm"),
    *("verdict", "reason", "rows", "groups"),
]


def judge_beyond(table: pd.DataFrame, verdicts: pd.DataFrame, controls: Collection[str], margin: float) -> pd.DataFrame:
    """Judge whether factors are encoded beyond what they are set against.

    Args:
        table: of :func:`exoprobe.evaluation.beyond.beyond_table`, with a column ``representation``.
        verdicts: of :func:`exoprobe.evaluation.audit_scores.audit_scores`.
        controls: representations that have learned nothing.
        margin: skill below which nothing that matters is encoded.

    Returns:
        The columns :data:`COLUMNS`; a verdict names what the factor is set against (``only through sex``). P-values are
        corrected over all rows (Holm); there is none where the given columns leave nothing to test.
    """
    testable = np.array([not (_not_separable(row) or _fault(row)) for row in table.to_dict("records")], bool)
    judged = table.assign(
        p=table["p"].astype(float).where(testable), p_holm=np.nan, control=table["representation"].isin(controls)
    )
    known = judged["p"].notna().to_numpy()
    judged.loc[known, "p_holm"] = holm(judged.loc[known, "p"].to_numpy())
    decodable = {(row["factor"], row["representation"]): row for row in verdicts.to_dict("records")}
    results = [
        _judge(row, decodable[row["factor"], row["representation"]], margin) for row in judged.to_dict("records")
    ]
    return judged.assign(**{name: [result[name] for result in results] for name in ("verdict", "reason")})[COLUMNS]


def _judge(row: Row, decodable: Row, margin: float) -> dict[str, str]:
    if (reason := _fault(row)) and not _is_determined(row):
        return {"verdict": INCONCLUSIVE, "reason": reason}
    if reason := _not_separable(row):
        return {"verdict": f"{NOT_SEPARABLE} {row['given']}", "reason": reason}
    if reason := _too_few(row):
        return {"verdict": INCONCLUSIVE, "reason": reason}
    given, small = row["given"], row["beyond_high"] < margin
    if row["p_holm"] <= SIGNIFICANT:
        if row["bits"] > 0 or row["beyond"] > 0:
            by = f", but by a skill of less than {margin:g}" if small else ""
            reason = f"features and {given} together predict it better than {given} alone{by}, on unseen groups"
            return {"verdict": f"{BEYOND} {given}", "reason": reason}
        reason = (
            f"the test is significant, but linear models of features and {given} are no better than of {given} alone"
        )
        return {"verdict": INCONCLUSIVE, "reason": reason}
    if not small:
        reason = (
            f"not significant, but the features may add {row['beyond_high']:.2f} to {given}; more groups are needed"
        )
        return {"verdict": INCONCLUSIVE, "reason": reason}
    if row["p"] <= SUGGESTIVE:
        reason = f"the p-value alone, {row['p']:.2g}, speaks for more than {given}, but does not survive the correction"
        return {"verdict": INCONCLUSIVE, "reason": reason}
    if decodable["p_holm"] <= SIGNIFICANT and decodable["skill_low"] > 0:
        reason = f"decodable, but the features add a skill of less than {margin:g} to {given}"
        return {"verdict": f"{THROUGH} {given}", "reason": reason}
    if decodable["verdict"] == NO_EVIDENCE:
        reason = f"not decodable, and the features add a skill of less than {margin:g} to {given}"
        return {"verdict": NO_EVIDENCE, "reason": reason}
    reason = f"the features add less than {margin:g} to {given}, but whether it is decodable at all is inconclusive"
    return {"verdict": INCONCLUSIVE, "reason": reason}


def _is_determined(row: Row) -> bool:
    return not row["unexplained"] >= LEAST_UNEXPLAINED


def _not_separable(row: Row) -> str:
    """Say if the given columns determine the factor."""
    if _is_determined(row):
        return f"it is determined by {row['given']}: less than {LEAST_UNEXPLAINED * 100:g} % of its variance is left"
    if row["varying_groups"] < MIN_RAREST_GROUPS or np.isnan(row["p"]):
        groups = int(row["varying_groups"])
        return f"with {row['given']} known, it varies in {groups} test groups; {MIN_RAREST_GROUPS} are needed"
    return ""


def _too_few(row: Row) -> str:
    """Say if a conclusion would rest on too few groups."""
    if row["groups"] < MIN_GROUPS:
        return f"only {int(row['groups'])} test groups; {MIN_GROUPS} are needed"
    if np.isnan(row["beyond_high"]):
        return f"the rarest value is in fewer than {MIN_RAREST_GROUPS} test groups"
    return ""


def _fault(row: Row) -> str:
    """Say that probes may recognize a unit instead of the factor."""
    unit = Unit(row["unit"], np.empty(0), int(row["unit_values"]))
    return unit_fault(row["factor"], unit, int(row["units_seen"])) if row["unit"] else ""

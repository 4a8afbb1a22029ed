"""What the representations should encode, in the unit of the factors' skill."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from exoprobe.report.tables import rows_of

MEASURE = "verification_auc"
Skills = dict[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Wanted:
    """How well what is wanted is recognized.

    Attributes:
        name: of the label, or of the group where there is no other label.
        measure: that the skill is made from.
        note: how, in words.
        skills: by representation's title, with the ends of the 95 % interval; 0 is guessing, 1 perfect.
    """

    name: str
    measure: str
    note: str
    skills: Skills


def list_wanted(recognition: pd.DataFrame, metadata: Mapping[str, Any]) -> list[Wanted]:
    """Return the recognition of the label as skill, from the verification of pairs.

    Its chance is one half however many labels there are and however rare, which is not so of an accuracy.

    Args:
        recognition: the table, with representations' titles.
        metadata: of the audit.
    """
    rows = recognition[(recognition["erased"] == "") & (recognition["measure"] == MEASURE)]
    if not metadata["label"] or rows.empty:
        return []
    skills = {row.representation: (2 * row.value - 1, 2 * row.low - 1, 2 * row.high - 1) for row in rows_of(rows)}
    return [Wanted(str(metadata["label"]), MEASURE, "skill from the verification AUC of pairs of test rows", skills)]

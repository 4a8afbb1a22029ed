"""What the representations should encode, in the unit of the factors' skill."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from exoprobe.report.tables import rows_of

ACCURACY, VERIFICATION = "label_accuracy", "verification_auc"
Skills = dict[str, tuple[float, float, float]]


@dataclass(frozen=True)
class Wanted:
    """How well what is wanted is recognized.

    Attributes:
        name: of the label, or of the group where there is no other label.
        measure: of the table recognition, by which the cost of an erasure is told.
        note: how, in words.
        skills: by representation's title, with the ends of the 95 % interval; 0 is guessing, 1 perfect.
    """

    name: str
    measure: str
    note: str
    skills: Skills


def list_wanted(tables: Mapping[str, pd.DataFrame], metadata: Mapping[str, Any]) -> list[Wanted]:
    """Return how well the label is recognized: by a linear probe, or by the verification of pairs if it is the groups'.

    Args:
        tables: with representations' titles: ``shift`` and ``recognition``.
        metadata: of the audit.
    """
    if not metadata["label"]:
        return []
    recognition = tables["recognition"]
    shift = tables["shift"].dropna(subset="label_skill").drop_duplicates("representation")
    if len(shift):
        measure = ACCURACY if (recognition["measure"] == ACCURACY).any() else VERIFICATION
        skills = {row.representation: (row.label_skill, row.label_low, row.label_high) for row in rows_of(shift)}
        return [Wanted(str(metadata["label"]), measure, "skill of a linear probe, on unseen groups", skills)]
    rows = recognition[(recognition["erased"] == "") & (recognition["measure"] == VERIFICATION)]
    skills = {row.representation: (2 * row.value - 1, 2 * row.low - 1, 2 * row.high - 1) for row in rows_of(rows)}
    note = "skill from the verification AUC of pairs of test rows"
    return [Wanted(str(metadata["label"]), VERIFICATION, note, skills)] if skills else []

"""What the representations should encode, in the unit of the factors' skill."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from exoprobe.report.tables import rows_of

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
    """Return the recognition of the label as skill, from the accuracy or else from the verification of pairs.

    Args:
        recognition: the table, with representations' titles.
        metadata: of the audit; ``labels``, how many labels there are, may be missing.
    """
    if not metadata["label"]:
        return []
    before = recognition[recognition["erased"] == ""]
    labels = metadata.get("labels") or 0
    measures = set(before["measure"])
    if "label_accuracy" in measures and labels > 1:
        chance, measure, what = 1 / labels, "label_accuracy", "accuracy of the nearest class mean"
    elif "verification_auc" in measures:
        chance, measure, what = 0.5, "verification_auc", "verification AUC of pairs of test rows"
    else:
        return []
    rows = before[before["measure"] == measure]
    skills = {
        row.representation: tuple((value - chance) / (1 - chance) for value in (row.value, row.low, row.high))
        for row in rows_of(rows)
    }
    return [Wanted(str(metadata["label"]), measure, f"skill from the {what}", skills)]

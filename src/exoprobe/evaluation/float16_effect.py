"""What rounding features to float16 changes in what is read from them."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from exoprobe.errors import ExoprobeError
from exoprobe.evaluation.scorecard import ANGLES, TECHNIQUES
from exoprobe.io.files import atomic_write
from exoprobe.probes.attributes import balanced_errors
from exoprobe.report.html_table import write_html_table

COLUMNS = ["representation", "quantity", "unit", "float32", "float16", "changed"]


def float16_effect(files: dict[str, tuple[str | Path, str | Path]]) -> pd.DataFrame:
    """Compare every probe's test predictions from float32 features with those from the same ones rounded.

    Args:
        files: by representation, a probe's predictions from features in float32 and in float16; of the probes of
            digits, of attributes or of pose.

    Returns:
        The columns ``representation``, ``quantity``, ``unit`` (percent of test samples, or degrees), its value
        from ``float32`` and from ``float16`` features, and ``changed``: how many samples are decided otherwise, or
        by how much a prediction moves on average, in the same unit.
    """
    rows = []
    for name, pair in files.items():
        one, other = (pd.read_parquet(path) for path in pair)
        if not one["sample_id"].equals(other["sample_id"]):
            raise ExoprobeError(f"{pair[0]} and {pair[1]} do not hold the same samples; delete both and run again")
        rows += [(name, *row) for row in _compare(one, other)]
    return pd.DataFrame(rows, columns=COLUMNS)


def write_float16_effect(table: pd.DataFrame, csv: str | Path, html: str | Path) -> None:
    """Write the comparison as CSV and as an HTML table for the report."""
    with atomic_write(csv) as temporary:
        table.to_csv(temporary, index=False, float_format="%.6f")
    page = table.to_html(index=False, float_format="%.3f", border=0, justify="left")
    about = (
        "Each probe was fitted, tuned and scored again on the same features rounded to float16. changed: test "
        "samples that are decided otherwise (percent), or how far predictions move on average (degrees)."
    )
    write_html_table(html, page, title="Features as float16", about=about, leading=3)


def _compare(one: pd.DataFrame, other: pd.DataFrame) -> Iterator[tuple[str, str, float, float, float]]:
    if "score" in one:
        return _compare_attributes(one, other)
    return _compare_poses(one, other) if "target" in one else _compare_digits(one, other)


def _compare_digits(one: pd.DataFrame, other: pd.DataFrame) -> Iterator[tuple[str, str, float, float, float]]:
    for technique in TECHNIQUES:
        if technique in one:
            right = [100 * float((table[technique] == table["label"]).mean()) for table in (one, other)]
            yield (
                f"{technique} accuracy",
                "percent",
                *right,
                100 * float((one[technique] != other[technique]).mean()),
            )
    for column, quantity in ANGLES.items():
        squared = [np.square(table[column] - table["angle"]).mean() for table in (one, other)]
        moved = float((one[column] - other[column]).abs().mean())
        yield quantity, "degrees", *map(float, np.sqrt(squared)), moved


def _compare_attributes(one: pd.DataFrame, other: pd.DataFrame) -> Iterator[tuple[str, str, float, float, float]]:
    for attribute, rows in one.groupby("attribute", observed=True).groups.items():
        scores = np.stack([table.loc[rows, "score"] for table in (one, other)])[..., None]
        errors = 100 * balanced_errors(scores, one.loc[rows, "present"].to_numpy()[:, None])[:, 0]
        changed = 100 * float(((scores[0] >= 0) != (scores[1] >= 0)).mean())
        yield f"{attribute} error", "percent", *map(float, errors), changed


def _compare_poses(one: pd.DataFrame, other: pd.DataFrame) -> Iterator[tuple[str, str, float, float, float]]:
    for target, rows in one.groupby("target", sort=False).groups.items():
        predicted = [table.loc[rows, "predicted"] for table in (one, other)]
        errors = [float((values - one.loc[rows, "truth"]).abs().mean()) for values in predicted]
        yield f"{target} error", "degrees", *errors, float((predicted[0] - predicted[1]).abs().mean())

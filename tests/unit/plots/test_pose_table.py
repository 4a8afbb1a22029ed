"""Table 1, from a table of errors."""

import re

import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.pose_errors import COLUMNS, TOTAL
from exoprobe.plots.pose_table import arrange_table, write_pose_tables

NAMES = {"net_top": "net_top & 100 % more", "pixels": "pixels"}


@pytest.fixture
def errors():
    """``net_top`` is 1° off, ``pixels`` 3°; of |yaw| there are two ranges, the constant is 2° and 5° off."""
    rows = [
        (name, probe, target, name_of_range, off + (probe == "mlp"), constant, r2, count)
        for name, off, r2 in (("net_top", 1.0, 0.96), ("pixels", 3.0, 0.64))
        for probe in ("linear", "mlp")
        for target, name_of_range, constant, count in (
            *(("abs_yaw", "0–15", 2.0, 6), ("abs_yaw", "15–30", 8.0, 6)),
            *(("abs_yaw", TOTAL, 5.0, 12), ("roll", TOTAL, 5.0, 12)),
        )
    ]
    table = pd.DataFrame(
        rows, columns=["representation", "probe", "target", "range", "mae", "constant_mae", "r2", "count"]
    )
    return table.assign(mae_low=table["mae"], mae_high=table["mae"], r2=table["r2"].where(table["range"] == TOTAL))[
        COLUMNS
    ]


def test_table_1_holds_errors_intervals_constant_and_counts(errors):
    table = arrange_table(errors, NAMES)
    assert table.columns == ["|yaw|", "net_top & 100 % more", "pixels", "constant", "count"]
    ranges, summary, others = table.blocks
    assert ranges[0] == ["0–15°", "1.0", "3.0", "2.0", "6"]
    assert len(ranges) == 2  # those with samples
    assert summary == [
        ["total", "1.0", "3.0", "5.0", "12"],
        ["95 %", "[1.0, 1.0]", "[3.0, 3.0]", "", ""],
        ["R²", "0.96", "0.64", "", ""],
    ]
    assert others == [["roll (R²)", "1.0 (0.96)", "3.0 (0.64)", "5.0", "12"]]


def test_of_too_few_identities_there_is_no_interval(errors):
    few = errors.assign(mae_low=np.nan, mae_high=np.nan)
    _, summary, _ = arrange_table(few, NAMES).blocks
    assert summary[1] == ["95 %", "–", "–", "", ""]


def test_table_1_is_written_in_every_format(errors, tmp_path):
    paths = {kind: tmp_path / f"table.{kind}" for kind in ("csv", "md", "tex", "html")}
    write_pose_tables(errors, paths, names=NAMES, source="hand", caption="hand-made <data>")
    pd.testing.assert_frame_equal(pd.read_csv(paths["csv"]), errors, check_dtype=False)
    markdown = paths["md"].read_text().splitlines()
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in markdown[:8]} == {6}
    page = paths["html"].read_text()
    assert "<td>15–30°</td>" in page
    assert "hand-made &lt;data&gt;; annotated by: hand." in page


def test_latex_has_as_many_cells_in_every_row_and_nothing_unescaped(errors, tmp_path):
    paths = {kind: tmp_path / f"table.{kind}" for kind in ("csv", "md", "tex", "html")}
    write_pose_tables(errors, paths, names=NAMES, source="hand", caption="hand-made")
    text = paths["tex"].read_text()
    body = text.partition(r"\toprule")[2].partition(r"\bottomrule")[0]
    rows = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 1 + 2 + 3 + 1
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {4}
    assert text.isascii()
    assert re.findall(r"(?<!\\)[%#_]", text.partition("\n")[2]) == []
    assert r"\shortstack[r]{net\_top \& \\ 100 \% more}" in text

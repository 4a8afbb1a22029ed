"""Table 1, from planted predictions."""

import re

import numpy as np
import pandas as pd
import pytest

from exoprobe.evaluation.pose_errors import pose_errors
from exoprobe.plots.pose_table import arrange_table, write_pose_tables

NAMES = {"net_top": "net_top & 100 % more", "pixels": "pixels"}


@pytest.fixture
def errors(tmp_path):
    """``net_top`` is 1° off, ``pixels`` 3°; yaws are 10° and 20°, the constant 12°."""

    def write(name, off):
        truth = np.repeat([10.0, 20.0], 6)
        part = pd.DataFrame({"truth": truth, "predicted": truth + off, "group": np.arange(12) // 2})
        parts = [part.assign(target="abs_yaw", constant=12.0), part.assign(target="roll", constant=12.0)]
        pd.concat(parts).assign(estimator="planted").to_parquet(tmp_path / name)
        return tmp_path / name

    return pose_errors({"net_top": write("a", 1), "pixels": write("b", 3)})


def test_table_1_holds_errors_intervals_constant_and_counts(errors):
    table = arrange_table(errors, NAMES)
    assert table.columns == ["|yaw|", "net_top & 100 % more", "pixels", "constant", "count"]
    ranges, summary, others = table.blocks
    assert ranges[0] == ["0–15°", "1.0", "3.0", "2.0", "6"]
    assert ranges[3] == [">45°", "–", "–", "–", "0"]
    assert summary == [
        ["total", "1.0", "3.0", "5.0", "12"],
        ["95 %", "[1.0, 1.0]", "[3.0, 3.0]", "", ""],
        ["R²", "0.96", "0.64", "", ""],  # 1 − 12 / 300 and 1 − 108 / 300
    ]
    assert others == [["roll (R²)", "1.0 (0.96)", "3.0 (0.64)", "5.0", "12"]]


def test_of_too_few_people_there_is_no_interval(errors):
    few = errors.assign(mae_low=np.nan, mae_high=np.nan)
    _, summary, _ = arrange_table(few, NAMES).blocks
    assert summary[1] == ["95 %", "–", "–", "", ""]


def test_table_1_is_written_in_every_format(errors, tmp_path):
    paths = {kind: tmp_path / f"table.{kind}" for kind in ("csv", "md", "tex", "html")}
    write_pose_tables(errors, paths, names=NAMES, about="planted <data>")
    pd.testing.assert_frame_equal(pd.read_csv(paths["csv"]), errors, check_dtype=False)
    markdown = paths["md"].read_text().splitlines()
    assert {len(re.findall(r"(?<!\\)\|", line)) for line in markdown[:10]} == {6}
    page = paths["html"].read_text()
    assert "<td>&gt;45°</td>" in page
    assert "planted &lt;data&gt;; annotated by: planted." in page


def test_latex_has_as_many_cells_in_every_row_and_nothing_unescaped(errors, tmp_path):
    paths = {kind: tmp_path / f"table.{kind}" for kind in ("csv", "md", "tex", "html")}
    write_pose_tables(errors, paths, names=NAMES, about="planted")
    text = paths["tex"].read_text()
    body = text.partition(r"\toprule")[2].partition(r"\bottomrule")[0]
    rows = [line for line in body.splitlines() if line.endswith(r"\\")]
    assert len(rows) == 1 + 4 + 3 + 1
    assert {len(re.findall(r"(?<!\\)&", row)) for row in rows} == {4}
    assert text.isascii()
    assert re.findall(r"(?<!\\)[%#_]", text.partition("\n")[2]) == []
    assert r"\shortstack[r]{net\_top \& \\ 100 \% more}" in text

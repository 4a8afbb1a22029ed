"""Messages call rows as the tools do that show the file: lines of text, rows of a sheet, from 0 in arrays."""

import gzip

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.column_roles import Roles
from exoprobe.datasets.user_dataset import build_audit
from exoprobe.errors import ExoprobeError
from tests.unit.datasets.cases import ROWS, audit, features, imported, messages, table

PERSON = table()["person"].where(np.arange(ROWS) != 7)  # the eighth row lacks its group


def refused(folder, name, **roles):
    np.savez(folder / "f.npz", x=features(), id=np.arange(ROWS))
    with pytest.raises(ExoprobeError) as error:
        build_audit(
            folder / name, {"f": [f"{folder}/f.npz:x"]}, Roles(**{"group": "person", **roles}), rows=None, seed=0
        )
    return str(error.value)


def as_csv(folder, name, text):
    content = text.encode()
    (folder / name).write_bytes(gzip.compress(content) if name.endswith(".gz") else content)


@pytest.mark.parametrize(
    ("name", "change", "line"),
    [
        ("t.csv", lambda text: text, 9),
        ("t.csv.gz", lambda text: text.replace("\n", "\r\n"), 9),
        ("t.tsv", lambda text: text.replace(",", "\t"), 9),
        ("t.csv", lambda text: text.replace(",", ";").replace("\nP000", '\n"P000\nb"', 3), 12),
        ("t.csv", lambda text: text.replace("\n", "\n\n", 4), 13),
    ],
    ids=["plain", "packed, CRLF", "tabs", "three quoted newlines before", "four blank lines before"],
)
def test_a_row_of_a_text_file_is_its_line(tmp_path, name, change, line):
    as_csv(tmp_path, name, change(table(person=PERSON).to_csv(index=False)))
    assert refused(tmp_path, name) == f"{tmp_path}/{name}: line {line} has no person; every row needs its group"


def test_a_row_of_a_spreadsheet_is_that_of_the_sheet(tmp_path):
    table(person=PERSON).to_excel(tmp_path / "t.xlsx", index=False)
    assert "t.xlsx: row 9 of the sheet has no person" in refused(tmp_path, "t.xlsx")


def test_a_row_of_a_dataframe_is_counted_from_0(tmp_path):
    table(person=PERSON).to_parquet(tmp_path / "t.parquet")
    assert "t.parquet: row 7 (from 0) has no person" in refused(tmp_path, "t.parquet")


def test_a_row_keeps_its_line_when_others_are_left_out(tmp_path):
    ages = table()["age"].where(np.arange(ROWS) != 400, 99999)
    data = audit(tmp_path, table(age=ages), where="site != 'A' or age > 1000")
    assert ["99999 in line 402;" in note for note in messages(data, "outliers", "age")] == [True]


def test_rows_of_one_id_are_both_named(tmp_path):
    table(id=[f"s{max(row, 1)}" for row in range(ROWS)]).to_csv(tmp_path / "t.csv", index=False)
    assert "line 2 and line 3 have the same id, 's1'" in refused(tmp_path, "t.csv", id="id")


def test_a_row_of_a_shard_is_named_with_it(tmp_path):
    values = features().astype(object)
    values[410, 3] = "x"
    (tmp_path / "parts").mkdir()
    for start in (0, 300):
        frame = pd.DataFrame(values[start : start + 300], columns=[f"d{index}" for index in range(16)])
        frame.to_csv(tmp_path / "parts" / f"part{start}.csv", index=False)
    with pytest.raises(ExoprobeError, match=r"parts/part300.csv: line 112, column d3 is 'x'"):
        audit(tmp_path, table(), tmp_path / "parts")


@pytest.mark.parametrize(("suffix", "named"), [(".csv", "line 112 of part300.csv"), (".npy", "row 110 .from 0. of")])
def test_a_value_of_a_shard_that_is_none_is_named_with_it(tmp_path, suffix, named):
    values = features()
    (tmp_path / "parts").mkdir()
    data = audit(tmp_path, table(), values)
    values[410, 3] = np.inf
    for start in (0, 300):
        part, path = values[start : start + 300], tmp_path / "parts" / f"part{start}{suffix}"
        np.save(path, part) if suffix == ".npy" else pd.DataFrame(part).to_csv(path, index=False)
    with pytest.raises(ExoprobeError, match=named):
        imported(tmp_path, data, tmp_path / "parts")


def test_a_sample_of_its_own_file_is_named_by_it(tmp_path):
    folder = tmp_path / "slides"
    folder.mkdir()
    for row, vector in enumerate(features()):
        np.save(folder / f"s{row}.npy", np.tile(vector, (2, 1)) if row != 7 else np.full((2, 16), np.nan))
    frame = table(id=[f"s{row}" for row in range(ROWS)])
    data = audit(tmp_path, frame, folder, id="id")
    with pytest.raises(ExoprobeError, match=r"slides: file s7.npy, column 0 .from 0. is nan"):
        imported(tmp_path, data, folder, "id")

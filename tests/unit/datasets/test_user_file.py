"""Files as they come: names, ids, lines; what cannot be read is refused in one sentence."""

import gzip
import unicodedata
import zipfile

import numpy as np
import pandas as pd
import pytest

from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.user_features import open_features
from exoprobe.errors import ExoprobeError
from exoprobe.io import unpacking
from tests.unit.datasets.cases import COUNT, ROWS, audit, factor, features, messages, rng, table


@pytest.mark.parametrize("change", [lambda name: f" {name} ", lambda name: f"{name} ", lambda name: f"\t{name}"])
def test_blanks_around_names_do_not_count(tmp_path, change):
    data = audit(tmp_path, table().rename(columns=change))
    assert [one.name for one in data.factors] == ["sex", "age", "noise", "site"]


def test_empty_rows_at_the_end_are_left_out(tmp_path):
    frame = pd.concat([table(), pd.DataFrame(index=range(20))], ignore_index=True)
    data = audit(tmp_path, frame, features())
    assert messages(data, "left_out") == [f"The last 20 rows of {tmp_path}/t.csv are empty and were left out."]
    assert len(data.columns["row"]) == ROWS


@pytest.mark.parametrize(
    ("change", "remedy"),
    [
        (lambda text: unicodedata.normalize("NFD", text), None),
        (lambda text: f" {text}", None),
        (lambda text: f"{text}\u200b", None),
        (str.upper, "they differ in capitals"),
        (lambda text: f"{text}.png", "they differ in the folder or the file's ending"),
        (lambda text: f"photos/{text}", "they differ in the folder or the file's ending"),
        (lambda text: f"000{text}", "they differ in leading zeros"),
    ],
)
def test_ids_in_another_form_are_joined_or_the_difference_is_said(tmp_path, change, remedy):
    ids = [f"é{row}" for row in COUNT]
    np.savez(tmp_path / "f.npz", features=features(), id=np.array([change(text) for text in ids]))
    if remedy is None:
        assert len(audit(tmp_path, table(id=ids), tmp_path / "f.npz", id="id").columns["row"]) == ROWS
        return
    with pytest.raises(ExoprobeError, match=f"have no id in common.*{remedy}"):
        audit(tmp_path, table(id=ids), tmp_path / "f.npz", id="id")


def test_the_unnamed_index_of_parquet_may_be_the_id(tmp_path):
    order = rng().permutation(ROWS)
    ids = np.array([f"s{row}" for row in COUNT])
    pd.DataFrame(features()[order], index=ids[order]).add_prefix("c").to_parquet(tmp_path / "f.parquet")
    data = audit(tmp_path, table().set_index(ids), tmp_path / "f.parquet", name="t.parquet", id="__index_level_0__")
    assert data.columns["id"].tolist() == [f"s{row}" for row in data.columns["row"]]


def text(content):
    return lambda path: path.write_text(content)


ONE_PER_FILE = dict(zip(map(str, COUNT), features(), strict=True))
WRONG = {
    "bfloat16.npy": (
        lambda path: np.save(path, features().view(np.uint16)[:, ::2].copy().view("V2")),
        "which is how bfloat16 is saved; save it as float32",
    ),
    "objects.npz": (
        lambda path: np.savez(path, x=features(), id=np.array([f"s{row}" for row in COUNT], dtype=object)),
        "the array id holds Python objects, which are not opened; save it with .astype.str.",
    ),
    "one_per_sample.npz": (lambda path: np.savez(path, **ONE_PER_FILE), "595 more; stack them into one"),
    "comment.csv": (text("# made by x\nid,a\ns1,1\n"), "its first line is a comment"),
    "short.csv": (text("a line\nid,a\ns1,1\n"), "no such column|line 1 has 1 fields, line 2 has 2"),
    "blanks.csv": (lambda path: np.savetxt(path, features()), "parted by blanks and its first line holds numbers"),
    "vectors.csv": (
        text("id,e\n" + "".join(f's{row},"{features(3)[0].tolist()}"\n' for row in range(9))),
        "a vector as text; save the vectors as .npy or .parquet",
    ),
    "commas.csv": (text('id,a\ns1,"0,5"\n'), "with a decimal comma; save it with decimal points"),
    "latin.csv": (lambda path: path.write_bytes("id,é\ns1,1\n".encode("latin-1")), "is not in UTF-8"),
    "late_latin.csv": (
        lambda path: path.write_bytes(b"id,a\n" + b"s1,1\n" * 9000 + "é,1\n".encode("latin-1")),
        "is not in UTF-8 .* in line 9002",
    ),
    "complex.npy": (lambda path: np.save(path, features() * 1j), "complex numbers|no ids"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_refusal_says_the_cause_and_what_to_do(tmp_path, name):
    write, message = WRONG[name]
    write(tmp_path / name)
    with pytest.raises(ExoprobeError, match=message) as error:
        open_features(tmp_path / name, None if name.endswith(".npy") or "one_per" in name else "id").load()
    assert name in str(error.value)
    assert len(str(error.value)) < 400 + len(str(tmp_path))


def test_a_bomb_is_not_unpacked(tmp_path):
    np.savez_compressed(tmp_path / "f.npz", x=np.zeros((40_000, 1_000)))
    with pytest.raises(ExoprobeError, match="f.npz: x.npy would unpack to 320 MB or more from 0.3 MB"):
        open_features(tmp_path / "f.npz")


def sheet_bomb(path):
    pd.DataFrame({"a": [1]}).to_excel(path, index=False)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet2.xml", bytes(2_000_000))


def text_bomb(path):
    path.write_bytes(gzip.compress(b"a,b\n" + b"0" * 2_000_000))


def lines_bomb(path):
    path.write_bytes(gzip.compress(b"a,b\n" + b"0,1\n" * 500_000))


@pytest.mark.parametrize(
    ("name", "write", "read"),
    [
        ("t.csv.gz", text_bomb, read_factor_table),
        ("t.csv.gz", lines_bomb, read_factor_table),
        ("f.csv.gz", text_bomb, open_features),
        ("f.csv.gz", lines_bomb, open_features),
        ("t.xlsx", sheet_bomb, read_factor_table),
    ],
)
def test_a_packed_table_that_is_a_bomb_is_not_unpacked(tmp_path, monkeypatch, name, write, read):
    monkeypatch.setattr(unpacking, "LARGE", 1 << 20)
    write(tmp_path / name)
    with pytest.raises(ExoprobeError, match=rf"{name}: .* unpacks? to \d MB or more from 0.0 MB, which no data do"):
        read(tmp_path / name)


@pytest.mark.parametrize("read", [read_factor_table, open_features])
@pytest.mark.parametrize(
    "change", [lambda packed: packed[:-20], lambda packed: b"a,b\n1,2\n", lambda packed: packed[:5]]
)
def test_a_packed_table_that_is_damaged_is_refused_by_name(tmp_path, read, change):
    packed = gzip.compress(table().to_csv(index=False).encode())
    (tmp_path / "t.csv.gz").write_bytes(change(packed))
    with pytest.raises(ExoprobeError, match=r"t.csv.gz.* cannot be read"):
        read(tmp_path / "t.csv.gz")


@pytest.mark.parametrize("length", [200_000, 20_000_000])
def test_a_very_long_line_is_read(tmp_path, length):
    frame = table(note=["x" * length if row == 3 else "y" for row in COUNT])
    assert factor(audit(tmp_path, frame), "sex") is not None


def test_a_very_wide_table_is_opened(tmp_path):
    width = 60_000
    header = ",".join(f"f{column}" for column in range(width))
    row = ",".join(["0.5"] * width)
    (tmp_path / "f.csv").write_text(f"{header}\n{row}\n{row}\n")
    assert open_features(tmp_path / "f.csv").load().shape == (2, width)

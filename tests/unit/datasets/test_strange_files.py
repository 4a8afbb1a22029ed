"""Files that are not what they seem: each is read as it is meant, or refused with its cause and what to do."""

import gzip
import json
import pickle

import h5py
import numpy as np
import openpyxl
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from safetensors.torch import save_file
from scipy import sparse

from exoprobe.datasets.dataset_notes import Notes
from exoprobe.datasets.factor_table import read_factor_table
from exoprobe.datasets.user_columns import load_columns
from exoprobe.datasets.user_features import open_features
from exoprobe.datasets.user_file import UserFile
from exoprobe.errors import ExoprobeError

VALUES = np.arange(12, dtype=np.float32).reshape(4, 3) / 8
POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:abc\nsize 12345\n"
PAGE = b"\xef\xbb\xbf\n<!DOCTYPE html>\n<html><body>404</body></html>\n"


@pytest.mark.parametrize("suffix", [".npy", ".npz", ".csv", ".tsv", ".parquet", ".h5", ".pt", ".safetensors"])
@pytest.mark.parametrize(
    ("content", "message"), [(POINTER, "a pointer of Git LFS.* git lfs pull"), (PAGE, "a web page .HTML.*download")]
)
def test_a_pointer_or_a_web_page_is_said(tmp_path, suffix, content, message):
    (tmp_path / f"f{suffix}").write_bytes(content)
    with pytest.raises(ExoprobeError, match=f"f{suffix} is {message}"):
        open_features(tmp_path / f"f{suffix}")


def npy(path):
    np.save(path.open("wb"), VALUES)


@pytest.mark.parametrize(
    ("name", "write", "message"),
    [
        ("t.csv", lambda path: path.write_bytes(gzip.compress(b"a,b\n1,2\n")), "packed with gzip.*must end in .gz"),
        ("t.csv", lambda path: pd.DataFrame({"a": [1]}).to_excel(path.open("wb")), "a zip archive.*.xlsx"),
        ("t.tsv", lambda path: pd.DataFrame({"a": [1]}).to_parquet(path), "Parquet.*must end in .parquet"),
        ("t.parquet", npy, "a NumPy array.*must end in .npy"),
        ("t.csv", lambda path: path.write_bytes(pickle.dumps({})), "a pickle, which is never opened"),
        ("t.csv", lambda path: path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(9)), "an old Excel workbook; save it as"),
        ("t.csv", lambda path: path.write_text(json.dumps([{"a": 1}, {"a": 2}])), "JSON; save it as a table"),
        ("t.csv", lambda path: path.write_text('{"a": 1}\n{"a": 2}\n'), "JSON; save it as a table"),
    ],
)
def test_a_file_under_another_name_is_said(tmp_path, name, write, message):
    write(tmp_path / name)
    for read in (read_factor_table, open_features):
        with pytest.raises(ExoprobeError, match=f"{name} is {message}"):
            read(tmp_path / name)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("t.csv", "\n\na,b\n1,2\n", "its first line is blank; remove it"),
        ("t.csv", "sep=;\na;b\n1;2\n", "its first line is Excel's 'sep='; remove it"),
        ("t.csv", "a,,\n1,2,3\n", "2 columns have no name; its first line must name the columns"),
        ("t.csv", "a,b\n1,2\n3\n", "line 3 has 1 fields, but the first line names 2; give every line as many"),
        ("t.csv", "a;b\n1;2\n3;4;5\n", "line 3 has 3 fields.* quote a text that holds a semicolon"),
    ],
)
def test_a_first_line_or_a_line_that_is_wrong_is_said(tmp_path, name, content, message):
    (tmp_path / name).write_text(content)
    with pytest.raises(ExoprobeError, match=message):
        read_factor_table(tmp_path / name)


def test_text_in_utf_16_without_a_mark_is_said(tmp_path):
    (tmp_path / "t.csv").write_bytes("a,b\n1,2\n".encode("utf-16-le"))
    with pytest.raises(ExoprobeError, match="is not in UTF-8 .it holds zero bytes, as UTF-16 does"):
        read_factor_table(tmp_path / "t.csv")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_commas_in_a_file_called_tsv_part_columns(tmp_path, mark):
    (tmp_path / "t.tsv").write_text(f"a{mark}b\n1{mark}2\n3{mark}4\n")
    assert read_factor_table(tmp_path / "t.tsv").to_dict("list") == {"a": [1, 3], "b": [2, 4]}
    np.testing.assert_array_equal(open_features(tmp_path / "t.tsv").load(), [[1, 2], [3, 4]])


# Spreadsheets.
def sheet(path, rows, change=None):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change is not None:
        change(book)
    book.save(path)
    return path


def test_merged_cells_have_their_value_in_each_row(tmp_path):
    rows = [["person", "age"], ["a", 40], [None, 41], ["b", 42], [None, 43]]

    def merge_names(book):
        book.active.merge_cells("A2:A3")
        book.active.merge_cells("A4:A5")

    notes = Notes()
    table = read_factor_table(sheet(tmp_path / "t.xlsx", rows, merge_names), ["person"], notes)
    assert table["person"].tolist() == ["a", "a", "b", "b"]
    assert "such as A2:A3, have their value in each row" in notes.of("text")[0]


def test_one_column_of_dates_and_numbers_stops_nothing(tmp_path):
    rows = [["a", "mixed"], [1.5, pd.Timestamp("2020-01-01")], [2, 43831], [None, "x"]]
    table = read_factor_table(sheet(tmp_path / "t.xlsx", rows))
    np.testing.assert_array_equal(table["a"], [1.5, 2, np.nan])
    assert table["mixed"].tolist() == ["2020-01-01 00:00:00", "43831", "x"]


def test_zeros_before_a_number_stay_in_a_sheet(tmp_path):
    table = read_factor_table(sheet(tmp_path / "t.xlsx", [["id", "zip"], ["007", "01067"], ["7", "10115"]]), ["id"])
    assert table["id"].tolist() == ["007", "7"]
    assert table["zip"].tolist() == ["01067", "10115"]


def test_formulas_without_values_are_said(tmp_path):
    notes = Notes()
    read_factor_table(sheet(tmp_path / "t.xlsx", [["a", "b"], [1, "=A2*2"], [2, "=A3*2"]]), (), notes)
    assert "such as B2 hold formulas without their values, read as unknown" in notes.of("unknown")[0]


@pytest.mark.parametrize(
    ("rows", "change", "message"),
    [
        ([["a", "a"], [1, 2]], None, "two columns are called 'a'"),
        ([["see below"]], lambda book: book.create_sheet("data"), "'Sheet', has no rows .* move 'data' to the front"),
    ],
)
def test_a_sheet_that_is_no_table_is_refused(tmp_path, rows, change, message):
    with pytest.raises(ExoprobeError, match=message):
        read_factor_table(sheet(tmp_path / "t.xlsx", rows, change))


# Parquet.
def test_columns_of_lists_are_left_out_with_a_note(tmp_path):
    columns = {"a": [1, 2], "tags": [["x", "y"], ["z"]], "about": [{"k": 1}, {"k": 2}], "e": [[0.5], [1.5]]}
    pq.write_table(pa.table(columns), tmp_path / "t.parquet")
    notes = Notes()
    assert list(read_factor_table(tmp_path / "t.parquet", (), notes)) == ["a"]
    assert [entry["column"] for entry in notes.entries] == ["tags", "about"]


@pytest.mark.parametrize(
    ("columns", "message"),
    [
        ({"e": pa.array([None, [1.0, 2.0]])}, "row 0 .from 0. has no vector in column e"),
        ({"e": pa.array([["1", "x"], ["3", "4"]])}, "its vectors hold text that is no number .*'x'"),
        ({"e": pa.array([[[1.0], [2.0]], [[3.0], [4.0]]])}, "its vectors hold list.*; features must be 2-D"),
    ],
)
def test_vectors_that_are_none_are_refused(tmp_path, columns, message):
    pq.write_table(pa.table(columns), tmp_path / "f.parquet")
    with pytest.raises(ExoprobeError, match=f"f.parquet: {message}"):
        open_features(tmp_path / "f.parquet").load()


@pytest.mark.parametrize("read", [read_factor_table, open_features])
def test_two_columns_of_one_name_are_refused_in_parquet(tmp_path, read):
    pq.write_table(pa.table([pa.array([1, 2]), pa.array([3, 4])], names=["a", "a"]), tmp_path / "t.parquet")
    with pytest.raises(ExoprobeError, match="two columns are called 'a'; rename one"):
        read(tmp_path / "t.parquet")


# Containers.
def h5(path, fill):
    with h5py.File(path, "w") as file:
        fill(file)


def loop(file):
    file["x"] = VALUES
    file.create_group("g")["back"] = file["/"]
    file["gone"] = h5py.SoftLink("/nowhere")
    file["far"] = h5py.ExternalLink("nowhere.h5", "/x")
    file["none"] = h5py.Empty("f4")


@pytest.mark.parametrize(
    ("name", "write"),
    [
        ("f.npz", lambda path: sparse.save_npz(path, sparse.csr_matrix(VALUES))),
        ("f.npz", lambda path: sparse.save_npz(path, sparse.coo_matrix(VALUES))),
        ("f.h5", lambda path: h5(path, loop)),
        ("f.pt", lambda path: torch.save(torch.tensor(VALUES).to_sparse_csr(), path)),
        ("f.pt", lambda path: torch.save(torch.tensor(VALUES).to(torch.float8_e4m3fn), path)),
        ("f.pt", lambda path: torch.save(torch.quantize_per_tensor(torch.tensor(VALUES), 0.125, 0, torch.qint8), path)),
        ("f.safetensors", lambda path: save_file({"x": torch.tensor(VALUES).to(torch.float8_e5m2)}, path)),
    ],
)
def test_sparse_short_and_linked_matrices_are_read(tmp_path, name, write):
    write(tmp_path / name)
    features = open_features(tmp_path / name)
    assert (features.rows, features.dimension) == (4, 3)
    np.testing.assert_allclose(features.load(), VALUES, atol=0.13)


@pytest.mark.parametrize(
    ("name", "write", "message"),
    [
        ("f.h5", lambda path: h5(path, lambda file: file.create_dataset("x", data=VALUES[None])), "a 3-D array .1 × 4"),
        ("f.h5", lambda path: h5(path, lambda file: file.create_dataset("x", data=VALUES * 1j)), "of type complex64"),
        ("f.pt", lambda path: torch.save({"a": torch.ones(3), "b": torch.ones(3)}, path), "but a .3., b .3.; stack"),
        ("f.pt", lambda path: torch.save([torch.ones(3)] * 2, path), "no matrix of numbers.* stack vectors"),
        ("f.npz", lambda path: np.savez(path, a=VALUES[None], b=3), r"has 0: a .1 × 4 × 3., b .a single value.$"),
    ],
)
def test_what_a_container_holds_instead_is_said(tmp_path, name, write, message):
    write(tmp_path / name)
    with pytest.raises(ExoprobeError, match=message):
        open_features(tmp_path / name)


def test_ids_of_several_lengths_are_refused(tmp_path):
    torch.save({"x": torch.tensor(VALUES), "id": [["a"], ["b", "c"], ["d"], ["e"]]}, tmp_path / "f.pt")
    with pytest.raises(ExoprobeError, match="f.pt: the ids in id are not a name per row"):
        open_features(tmp_path / "f.pt", "id")


def test_a_folder_may_hold_a_vector_per_sample(tmp_path):
    for name, vector in zip("dbca", VALUES, strict=True):
        np.save(tmp_path / f"{name}.npy", vector)
    features = open_features(tmp_path, "id")
    assert features.ids.tolist() == ["a", "b", "c", "d"]
    np.testing.assert_array_equal(features.load(), VALUES[[3, 1, 2, 0]])
    np.save(tmp_path / "c.npy", VALUES[:0])
    with pytest.raises(ExoprobeError, match="c.npy has no rows; each file of a folder must hold a sample"):
        open_features(tmp_path, "id")


@pytest.mark.parametrize("size", [1e-310, 1e-200, 1e200, 1e300])
def test_numbers_of_any_size_fit_float32(tmp_path, size):
    values = np.random.default_rng(0).standard_normal((50, 3))
    columns = load_columns(UserFile(tmp_path, 50, 3, lambda: values * size))
    read = columns.rows(np.arange(50))
    assert np.isfinite(read).all()
    assert np.corrcoef(read[:, 0], values[:, 0])[0, 1] > 0.999
